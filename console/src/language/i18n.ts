/** German and English; the browser's wish first, then the person's own choice. */
import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import de from "./de.json";
import en from "./en.json";

export const LANGUAGES = { de: "Deutsch", en: "English" } as const;
const KEY = "resonanz-language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const wished = navigator.language.startsWith("de") ? "de" : "en";
const chosen = localStorage.getItem(KEY);

void i18n.use(initReactI18next).init({
  lng: chosen && chosen in LANGUAGES ? chosen : wished,
  fallbackLng: "en",
  resources: { de: { translation: de }, en: { translation: en } },
  interpolation: { escapeValue: false },
});
document.documentElement.lang = i18n.language;

export function chooseLanguage(language: string): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  void i18n.changeLanguage(language);
}
