/** German and English; the browser's wish first, then the person's own choice. */
import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import de from "./locales/de.json";
import en from "./locales/en.json";

const KEY = "resonanz-language";
const chosen = localStorage.getItem(KEY) ?? (navigator.language.startsWith("de") ? "de" : "en");

void i18n.use(initReactI18next).init({
  lng: chosen, fallbackLng: "en", resources: { de: { translation: de }, en: { translation: en } }, interpolation: { escapeValue: false },
});
document.documentElement.lang = chosen;

export function chooseLanguage(language: string): void {
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  void i18n.changeLanguage(language);
}

export default i18n;
