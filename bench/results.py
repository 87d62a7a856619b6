"""What was measured: for people a table, for machines a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Result:
    """A figure, its ratio to the raw limit of the same run where there is one, and what it should be."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    goal: float | None = None

    def met(self) -> bool | None:
        """Whether the goal is met; none without a goal. A goal for a time is an upper bound."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.unit == "ms" else (self.ratio or 0) >= self.goal


def write(results: Sequence[Result]) -> None:
    """Write the file and print the table."""
    FILE.parent.mkdir(exist_ok=True)
    kept = {
        one.name: {
            **{k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(one).items() if k != "name"}
        }
        for one in results
    }
    FILE.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"\n{'':44} {'value':>10} {'':10} {'ratio':>6} {'goal':>6}")
    for one in results:
        ratio = f"{one.ratio:.2f}" if one.ratio is not None else ""
        goal = f"{one.goal:g}" if one.goal is not None else ""
        met = {True: "ok", False: "MISSED", None: ""}[one.met()]
        print(f"{one.name:44} {one.value:10.1f} {one.unit:10} {ratio:>6} {goal:>6} {met}")
