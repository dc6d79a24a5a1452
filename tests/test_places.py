"""The table of administrative units: what it promises, and what somebody means by a name."""

from collections import Counter
from datetime import date

import pytest

from crawler.places import DISTRICT, PROVINCE, WARD, around, at, full_name, inside, level, meant, places, today
from crawler.types import Place

REFORM = date(2025, 7, 1)


def there(on: date, *, of: int, within: str = "") -> list[Place]:
    found = [one for one in places().values() if level(one) == of and one.id.startswith(within)]
    return [one for one in found if (one.since or on) <= on and (one.until is None or on < one.until)]


def test_63_provinces_became_34() -> None:
    assert len(there(date(2008, 8, 1), of=PROVINCE)) == 63
    assert len(there(date(2025, 6, 30), of=PROVINCE)) == 63
    assert len(there(REFORM, of=PROVINCE)) == 34
    cities = {one.name for one in there(REFORM, of=PROVINCE) if one.kinds[0] == "thành phố"}
    assert cities == {"Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ"}
    merged = Counter(today(one.id) for one in there(date(2025, 6, 30), of=PROVINCE))
    assert Counter(merged.values()) == {1: 11, 2: 17, 3: 6}


def test_districts_ended_that_day_and_wards_were_made_anew() -> None:
    assert there(REFORM, of=DISTRICT) == []
    before = date(2025, 6, 30)
    assert len(there(before, of=DISTRICT, within="ha-noi/")) == 30
    assert len(there(before, of=DISTRICT, within="hai-phong/")) == 15
    assert len(there(before, of=DISTRICT, within="hai-duong/")) == 12
    assert len(there(before, of=DISTRICT, within="ho-chi-minh/")) == 22
    assert len(there(before, of=DISTRICT, within="da-nang/")) == 8
    kinds = Counter(one.kinds[0] for one in there(REFORM, of=WARD, within="ha-noi/"))
    assert kinds == {"phường": 51, "xã": 75}
    kinds = Counter(one.kinds[0] for one in there(REFORM, of=WARD, within="hai-phong/"))
    assert kinds == {"phường": 45, "xã": 67, "đặc khu": 2}


def test_every_reference_leads_somewhere() -> None:
    for one in places().values():
        assert {one.within, one.into} - {""} <= set(places()), one
        assert places()[today(one.id)].until is None, one
        assert one.since is None or one.until is None or one.since < one.until, one
        assert today(one.id) in around(one.id), one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hai-duong/thanh-pho-hai-duong", "hai-phong"),
        ("ha-noi/quan-long-bien", "ha-noi"),
        ("ha-noi/quan-long-bien/phuong-ngoc-lam", "ha-noi/phuong-bo-de"),
        ("ha-noi/quan-long-bien/phuong-long-bien", "ha-noi"),  # it was split
        ("hai-phong/huyen-cat-hai", "hai-phong/dac-khu-cat-hai"),
        ("thua-thien-hue/thanh-pho-hue", "hue"),
        ("ha-tay", "ha-noi"),
        ("ho-chi-minh/quan-2", "ho-chi-minh"),
        ("an-giang", "an-giang"),
        ("one that a later table has", "one that a later table has"),
    ],
)
def test_what_a_unit_is_now(old: str, new: str) -> None:
    assert today(old) == new


def test_what_is_in_a_city_of_today_was_elsewhere_once() -> None:
    assert {"hai-phong", "hai-duong", "hai-duong/huyen-tu-ky"} <= inside("hai-phong")
    assert "hai-phong" not in inside("hai-duong")
    assert "ha-noi/quan-long-bien/phuong-ngoc-lam" in inside("ha-noi/phuong-bo-de")
    assert "ho-chi-minh/quan-9" in inside("ho-chi-minh/thanh-pho-thu-duc")


@pytest.mark.parametrize(
    ("on", "kind"),
    [(date(2019, 1, 1), "quận"), (date(2021, 1, 1), "thành phố"), (date(2025, 7, 1), "phường")],
)
def test_the_day_decides(on: date, kind: str) -> None:
    assert [one.kinds[0] for one in at(meant("Thủ Đức"), on)] == [kind]


def test_a_unit_is_spoken_of_after_its_end_and_shortly_before_its_beginning() -> None:
    assert [one.id for one in at(meant("tỉnh Hải Dương"), date(2030, 1, 1))] == ["hai-duong"]
    assert [one.id for one in at(meant("xã Hát Môn"), date(2025, 6, 1))] == ["ha-noi/xa-hat-mon"]
    assert at(meant("xã Hát Môn"), date(2020, 6, 1)) == ()


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("TP.HCM", {"ho-chi-minh"}),
        ("TP. HCM", {"ho-chi-minh"}),
        ("tphcm", {"ho-chi-minh"}),
        ("Thành phố Hồ Chí Minh", {"ho-chi-minh"}),
        ("sai gon", {"ho-chi-minh"}),
        ("ha noi", {"ha-noi"}),
        ("Ha\u0300 No\u0323\u0302i", {"ha-noi"}),
        ("Hoà Bình", {"hoa-binh"}),
        ("Hải Dương", {"hai-duong"}),
        ("tp hai duong", {"hai-duong/thanh-pho-hai-duong"}),
        ("phường Hải Dương", {"hai-phong/phuong-hai-duong"}),
        ("Huế", {"hue", "thua-thien-hue"}),
        ("bà rịa vũng tàu", {"ba-ria-vung-tau"}),
        ("BR-VT", {"ba-ria-vung-tau"}),
        ("quận Long Biên", {"ha-noi/quan-long-bien"}),
        ("Sài Đồng, Long Biên, Hà Nội", {"ha-noi/quan-long-bien/phuong-sai-dong"}),
        ("Hồng Hà, Hà Nội", {"ha-noi/phuong-hong-ha"}),
        ("Cẩm Giang", {"hai-phong/xa-cam-giang"}),
        ("cam giang", {"hai-phong/xa-cam-giang", "hai-phong/xa-cam-giang-2", "hai-duong/huyen-cam-giang"}),
        ("hai-phong/xa-cam-giang-2", {"hai-phong/xa-cam-giang-2"}),
    ],
)
def test_what_somebody_means(typed: str, ids: set[str]) -> None:
    assert {one.id for one in meant(typed)} == ids


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Ha Noii", "do you mean thành phố Hà Nội?"),
        ("quan Long Bie", "quận Long Biên, thành phố Hà Nội"),
        ("Long Biên, Đà Nẵng", "no place 'Long Biên, Đà Nẵng' is known"),
        ("Atlantis", "name a province, or a district or ward of its cities"),
        (" , ", "no place"),
    ],
)
def test_an_unknown_place_is_told_with_what_is_near(typed: str, says: str) -> None:
    with pytest.raises(ValueError) as told:
        meant(typed)
    assert says in str(told.value)


def test_full_names() -> None:
    name = "phường Sài Đồng, quận Long Biên, thành phố Hà Nội"
    assert full_name("ha-noi/quan-long-bien/phuong-sai-dong") == name
    assert full_name("unknown") == "unknown"
