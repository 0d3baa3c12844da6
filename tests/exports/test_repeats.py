"""What stands in the exports twice is counted once, and is said, in rows and in money."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exports.tables import USAGE, dollars, page, read, said, sums, tokens, write

# A layout without identity: equal rows of one file may all be meant.
FOCUS = (
    "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,"
    "ProviderName,PublisherName,InvoiceIssuerName,ConsumedQuantity,ConsumedUnit,"
    "ChargeDescription,EffectiveCost,ListCost,ContractedCost,SkuId,ServiceCategory,"
    "BillingPeriodStart,BillingPeriodEnd,BillingAccountId,SubAccountId,ResourceId,x_note"
)


def result(key: str, count: int) -> dict[str, object]:
    return {
        **USAGE,
        "api_key_id": key,
        "input_tokens": count,
        "output_tokens": 0,
        "input_cached_tokens": 0,
    }


def charge(cost: str, note: str = "a", day: int = 1) -> str:
    start, end = f"2026-10-{day:02d}T00:00:00Z", f"2026-10-{day + 1:02d}T00:00:00Z"
    return (
        f"{cost},USD,Usage,{start},{end},Bedrock,AWS,AWS,AWS,1,Requests,Guardrail,{cost},{cost},"
        f"{cost},S1,AI,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,1,2,r,{note}"
    )


def bill(folder: Path, name: str, *rows: str, header: str = FOCUS) -> Path:
    return write(folder, "".join(f"{row}\n" for row in (header, *rows)), name)


def test_the_same_row_twice_in_one_file_is_one_row(tmp_path: Path) -> None:
    reading = read(write(tmp_path, page(result("a", 10), result("a", 10), result("b", 1))))

    assert tokens(reading) == 11
    assert said(reading, "duplicates") == [
        "1 row stands in the exports more than once; it is counted once"
    ]


def test_unlike_rows_of_one_identity_in_one_file_are_both_meant(tmp_path: Path) -> None:
    reading = read(write(tmp_path, page(result("a", 10), result("a", 7))))

    assert (tokens(reading), said(reading, "duplicates")) == (17, [])


def test_what_two_exports_share_is_counted_once(tmp_path: Path) -> None:
    first = write(tmp_path, page(result("a", 10), result("b", 5)), "1.json")
    second = write(tmp_path, page(result("b", 5), result("c", 2)), "2.json")

    assert tokens(read(first, second)) == tokens(read(second, first)) == 17


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_three_exports_of_a_day_the_last_which_counts_most_is_counted(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    files = [
        write(tmp_path, page(result("a", count), result("b", 1)), f"{count}.json")
        for count in (10, 25, 40)
    ]
    reading = read(*(files[place] for place in order))

    assert tokens(reading) == 41
    assert said(reading, "duplicates") == [
        "4 rows stand in the exports more than once; each is counted once"
    ]
    (conflict,) = said(reading, "conflict")
    assert conflict == (
        "2 of them differ from what is counted: "
        "the larger of two counts is, as the later export has it"
    )


def test_rows_without_an_identity_count_as_often_as_in_the_file_with_most_of_them(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, "1.csv", charge("0.5"), charge("0.5"), charge("2", day=2))
    two = bill(tmp_path, "2.csv", charge("0.5"), charge("0.5"), charge("0.5"))
    three = bill(tmp_path, "3.csv", charge("0.5"), charge("4", day=3))
    reading = read(one, two, three)

    assert str(dollars(reading)) == "7.5"
    assert sums(reading)["rows"] == 5
    assert said(reading, "duplicates") == [
        "3 rows stand in the exports more than once; each is counted once, which leaves out $1.50"
    ]


def test_equal_rows_of_one_file_without_an_identity_are_all_meant(tmp_path: Path) -> None:
    reading = read(bill(tmp_path, "1.csv", charge("0.5"), charge("0.5")))

    assert (str(dollars(reading)), reading.notes) == ("1", ())


def test_a_row_is_the_same_whatever_the_order_of_columns_and_with_new_ones(tmp_path: Path) -> None:
    one = bill(tmp_path, "1.csv", charge("0.5"), charge("2", day=2))
    names = FOCUS.split(",")
    turned = [
        ",".join(reversed(row.split(","))) + ",new"
        for row in (charge("0.5"), charge("3", note="b"))
    ]
    two = bill(tmp_path, "2.csv", *turned, header=",".join([*reversed(names), "x_new"]))

    assert str(dollars(read(one, two))) == "5.5"


def test_the_same_bytes_under_two_names_are_read_once(tmp_path: Path) -> None:
    one, two = (write(tmp_path, page(result("a", 10)), name) for name in ("1.json", "2.json"))
    reading = read(one, two)

    assert tokens(reading) == 10
    assert said(reading, "copies") == ["2.json holds the same bytes as 1.json: it is read once"]


def test_a_row_in_other_containers_is_the_same_row(tmp_path: Path) -> None:
    one = write(tmp_path, page(result("a", 10)), "1.json")
    two = write(tmp_path, f"[{page(result('a', 10))}]\n", "2.json")

    assert tokens(read(one, two)) == 10


def test_refunds_that_grew_count_as_they_grew(tmp_path: Path) -> None:
    columns = "date,model,input_tokens,cost,request_id"
    one, two = (
        write(tmp_path, f"{columns}\n2026-10-01,gpt,0,{cost},r1\n", f"{cost}.csv")
        for cost in ("-5", "-8")
    )

    assert dollars(read(one, two)) == dollars(read(two, one)) == -8


def test_rows_by_the_hundred_thousand_are_told_apart(tmp_path: Path) -> None:
    files = [
        bill(
            tmp_path,
            f"{start}.csv",
            *(f"2026-10-01,gpt,r{number},{number % 7}" for number in range(start, start + 100_000)),
            header="time,model,request_id,input_tokens",
        )
        for start in (0, 50_000)
    ]

    assert tokens(read(*files)) == sum(number % 7 for number in range(150_000))
