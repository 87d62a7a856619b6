import { expect, test } from "vitest";
import { type Place, readPlace, writePlace } from "./place";

test.each<Place>([
  { view: { kind: "mine", status: "open" }, conversation: null },
  { view: { kind: "all", status: "resolved" }, conversation: "c/1&2" },
  { view: { kind: "queue", brand: "b", queue: "q", status: "snoozed" }, conversation: null },
])("an address leads back to %j", (place) => {
  expect(readPlace(writePlace(place))).toEqual(place);
});

test("an address that means nothing leads to one's own work", () => {
  for (const search of ["", "?view=queue&brand=b", "?view=x&status=y"])
    expect(readPlace(search)).toEqual({ view: { kind: "mine", status: "open" }, conversation: null });
});
