import { expect, test } from "vitest";
import de from "./de.json";
import en from "./en.json";

type Tree = { [key: string]: string | Tree };
const leaves = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
const [german, english] = [new Map(leaves(de)), new Map(leaves(en))];

test("both languages say everything, in the same order", () => {
  expect([...german.keys()]).toEqual([...english.keys()]);
});

test("both put the same values into a sentence", () => {
  const values = (text: string): string[] => (text.match(/{{\w+}}/g) ?? []).sort();
  for (const [key, text] of german) expect([key, values(text)]).toEqual([key, values(english.get(key)!)]);
});

test("nothing is empty, or left untranslated by accident", () => {
  const same = ["app.name", "contact.name", "liveness.live", "presence.offline", "presence.online", "status.label", "team.label"];
  expect([...german].filter(([key, text]) => english.get(key) === text).map(([key]) => key).sort()).toEqual(same);
  expect([...german.values(), ...english.values()].filter((text) => !text.trim())).toEqual([]);
});
