/** Readable text on a brand's colour (WCAG 2.2: relative luminance and contrast ratio). */

export function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

export function textOn(hex: string): "#ffffff" | "#111111" {
  const light = luminance(hex);
  return 1.05 / (light + 0.05) >= (light + 0.05) / (luminance("#111111") + 0.05) ? "#ffffff" : "#111111";
}
