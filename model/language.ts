/** Which language stands for one that a text does not have: the city's own, then English. BCP 47. */
export const DEFAULT_LANGUAGES: readonly string[] = ['zh-CN', 'ug', 'kk', 'en'];
