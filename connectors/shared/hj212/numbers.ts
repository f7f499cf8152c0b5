/** A decimal number as devices write them; nothing else is one. */
export const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text);
