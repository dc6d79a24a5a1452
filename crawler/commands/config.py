"""`tindothi config`: what holds, and where it came from."""

import json
import re

import click

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9.+-]*://).*", re.DOTALL)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: key → value, origin, meaning.")
def command(as_json: bool) -> None:
    """Show every setting, its value, where it came from and what it means.

    A setting is mended in the settings file ([fetch] delay = 5) or by the environment (TINDOTHI_FETCH__DELAY=5).
    """
    from crawler.config import find_file, load, origins

    config = load()
    rows = [(key, _shown(value), origin, meaning) for key, value, origin, meaning in origins(config)]
    if as_json:
        table = {key: {"value": value, "origin": origin, "meaning": meaning} for key, value, origin, meaning in rows}
        click.echo(json.dumps(table, ensure_ascii=False, indent=2))
        return
    click.echo(f"# settings file: {find_file() or 'none'}\n")
    width = max(
        len(f"{key} = {json.dumps(value, ensure_ascii=False)}") for key, value, _, _ in rows if len(str(value)) < 40
    )
    for key, value, origin, meaning in rows:
        setting = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        click.echo(f"{setting:<{width}}  # {meaning} ({origin})")


def _shown(value: object) -> object:
    from pydantic import SecretStr

    from crawler.wellformed import masked

    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    if isinstance(value, SecretStr):  # of a target its kind
        hidden = _SCHEME.sub(r"\1", value.get_secret_value())
        return hidden + "***" if "://" in hidden else "***" if value else ""
    if isinstance(value, int | float):
        return value
    return masked(str(value or ""))
