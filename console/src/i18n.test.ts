import { expect, test } from "vitest";
import de from "./locales/de.json";
import en from "./locales/en.json";

const keys = (value: object, path = ""): string[] =>
  Object.entries(value).flatMap(([key, inner]) => (typeof inner === "object" ? keys(inner as object, `${path}${key}/`) : [path + key]));

test("both languages say everything", () => {
  expect(keys(de)).toEqual(keys(en));
});

test("nothing is left untranslated by accident", () => {
  const same = keys(de).filter((key) => key.split("/").reduce((v: any, k) => v[k], de) === key.split("/").reduce((v: any, k) => v[k], en));
  expect(same.sort()).toEqual(["app", "contact/name", "live", "presence/offline", "presence/online", "status/label", "team"].sort());
});
