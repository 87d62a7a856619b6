import { expect, test } from "vitest";
import { message } from "../feed/samples";
import { byDay, firstUnread } from "./grouping";

const at = (number: number, time: string, more = {}) => message(number, { at: `2026-03-0${time}:00Z`, ...more });

test("days are days where one sits; one name for what is said in one go", () => {
  const days = byDay([at(1, "1T10:00"), at(2, "1T10:02"), at(3, "1T10:30"), at(4, "3T10:00")]);
  expect(days.map((day) => day.placed.map((one) => one.message.number))).toEqual([[1, 2, 3], [4]]);
  expect(days[0]!.placed.map((one) => [one.startsGroup, one.endsGroup])).toEqual([
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test("a note stands alone, and so does what became of a message if it differs", () => {
  const [day] = byDay([at(1, "1T10:00", { state: "failed" }), at(2, "1T10:01"), at(3, "1T10:02", { kind: "note" })]);
  expect(day!.placed.map((one) => [one.startsGroup, one.endsGroup])).toEqual([
    [true, true],
    [false, true],
    [true, true],
  ]);
});

test("the new begins at the first unread of the contact", () => {
  const said = [1, 2, 3].map((number) => message(number, { direction: "incoming" }));
  expect(firstUnread([...said, message(4)], 2)).toBe("m2");
  expect(firstUnread(said, 9)).toBe("m1");
  expect(firstUnread(said, 0)).toBeNull();
  expect(firstUnread([message(4)], 1)).toBeNull();
});
