"""Are the archive's files what the index says? Each that is not, in words with the mend."""

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import Connection, func, select

from storage import schema

record = schema.record
MEND = "copy it back from a backup's folder `archive`"
THERE = record.c.removed_at.is_(None)


def problems(db: Connection, names: Mapping[str, bool], size: Callable[[str], int]) -> Iterator[str]:
    """What is wrong with the files; `names`: those that are there, and whether each is still open; `size` in bytes."""
    end = func.max(record.c.offset + record.c.length)
    known = set(db.execute(select(record.c.file).distinct()).scalars())
    for row in db.execute(
        select(record.c.file, func.count(), end).where(THERE).group_by(record.c.file).order_by(record.c.file)
    ):
        file, pages, wanted = row
        if not (there := size(file)):
            yield f"archive file {file} is missing, with {pages} pages; {MEND}"
        elif there < wanted:
            lost = f"{_behind(db, file, there)} of its {pages} pages"
            yield f"archive file {file} is cut off at {there} of {wanted} bytes, without {lost}; {MEND}"
    for name, is_open in names.items():
        if not is_open and name not in known:
            yield (
                f"archive file {name} is not known to the store; `tindothi replay` takes its pages in, then delete it,"
                " or restore the database that knows it"
            )


def _behind(db: Connection, file: str, size: int) -> int:
    behind = select(func.count()).where(record.c.file == file, THERE, record.c.offset + record.c.length > size)
    return db.execute(behind).scalar_one()
