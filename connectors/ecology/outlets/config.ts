import type { z } from 'zod';
import { hj212Settings } from '../../shared/hj212/settings.js';

/** Surface water, air, noise, ground water, soil, sea; sources of pollution of every kind; processes (HJ 212-2017 table 5). */
const SYSTEMS = [21, 22, 23, 24, 25, 26, 27, 31, 32, 33, 34, 35, 36, 37, 38, 39, 41, 51, 52].map(String);

export const settings = hj212Settings(SYSTEMS);

export type Settings = z.infer<typeof settings>;
