"""``python -m bench``: print how fast the pages, the export and the import are, beside the floors of the same run."""

from __future__ import annotations

import argparse

from bench.files import compared
from bench.pages import measure
from bench.place import place


def main() -> None:
    """Measure what the arguments ask for and print one table for each database and size."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--families", default="1000,20000,200000", help="sizes, separated by commas")
    parser.add_argument("--database", default="sqlite,postgresql", help="databases, separated by commas")
    parser.add_argument("--rounds", type=int, default=9, help="how many times each page is opened")
    asked = parser.parse_args()
    for database in asked.database.split(","):
        for size in (int(each) for each in asked.families.split(",")):
            with place(database, size) as at:
                print(f"\n## {database}, семей {size}\n")
                print("| Что делают | Запросов | мс | предел, мс | во сколько раз | вошедший, мс | во сколько раз |")
                print("|---|---|---|---|---|---|---|")
                for one in measure(at, asked.rounds):
                    print(
                        f"| {one.title} | {one.statements} | {one.ours:.1f} | {one.raw:.1f} | {one.ours / one.raw:.1f} "
                        f"| {one.signed_in:.1f} | {one.ours / one.signed_in:.2f} |",
                        flush=True,
                    )
            _print_files(database, size)


def _print_files(database: str, size: int) -> None:
    print("\n| Файлы | Строк | процессор, с | предел, с | во сколько раз | память сверх покоя, МБ | предел, МБ |")
    print("|---|---|---|---|---|---|---|")
    for title, ours, bare in compared(database, size):
        print(
            f"| {title} | {ours.rows} | {ours.cpu:.1f} | {bare.cpu:.1f} | {ours.cpu / bare.cpu:.1f} "
            f"| {ours.megabytes:.0f} | {bare.megabytes:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
