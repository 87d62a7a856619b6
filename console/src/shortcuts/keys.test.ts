// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { actionOf, KEYS_OF } from "./keys";

document.body.innerHTML = `
  <button id="row"></button><textarea id="text"></textarea><select id="choice"></select>
  <div role="log" tabindex="0" id="log"></div><div role="menu"><button id="item"></button></div>
  <dialog><button id="inside"></button></dialog>`;

const press = (key: string, at = "row", more: object = {}) =>
  actionOf({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    defaultPrevented: false,
    target: document.getElementById(at),
    ...more,
  });

test("each key has one meaning", () => {
  const keys = Object.values(KEYS_OF).flat();
  expect(new Set(keys).size).toBe(keys.length);
  expect(["j", "ArrowDown", "k", "r", "n", "c", "e", "i", "?"].map((key) => press(key))).toEqual([
    "next", "next", "previous", "reply", "note", "claim", "resolve", "contact", "help",
  ]);
});

test("never while somebody writes or chooses", () => {
  for (const place of ["text", "choice", "item", "inside"]) expect(press("e", place)).toBeNull();
});

test("not with a modifier, which belongs to the browser, nor when somebody else has taken it", () => {
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { defaultPrevented: true }])
    expect(press("r", "row", more)).toBeNull();
});

test("arrows scroll where there is something to scroll, letters still work there", () => {
  expect(press("ArrowDown", "log")).toBeNull();
  expect(press("j", "log")).toBe("next");
});

test("other keys mean nothing", () => {
  for (const key of ["x", "Enter", "Tab", "E", "toString"]) expect(press(key)).toBeNull();
});
