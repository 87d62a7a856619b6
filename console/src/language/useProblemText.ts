/** What went wrong and what to do next, in the person's language; else as the service says it. */
import { useTranslation } from "react-i18next";
import type { ProblemError } from "../api/problem";
import en from "./en.json";

type Known = keyof typeof en.problems;
const isKnown = (slug: string): slug is Known => slug in en.problems;

export function useProblemText(): (problem: Pick<ProblemError, "slug" | "message" | "detail">) => string {
  const { t } = useTranslation();
  return ({ slug, message, detail }) => (isKnown(slug) ? t(`problems.${slug}`) : [message, detail].filter(Boolean).join(". "));
}
