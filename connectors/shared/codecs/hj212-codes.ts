import type { PropertyName } from '../../../model/property.js';

/** What a code measures. A value times `factor` is in the property's unit. */
export interface Meaning {
  readonly property: PropertyName;
  readonly sensor?: string;
  readonly factor: number;
  /** What an amount (Cou) of it is counted in; absent where there is none. */
  readonly amount?: AmountUnit;
}

export const AMOUNT_UNITS = ['m3', 'kg', 'g', 'mg'] as const;
export type AmountUnit = (typeof AMOUNT_UNITS)[number];

/**
 * Codes of HJ 212-2017 annex B (HJ 525 water, HJ 524 air), with those of HJ/T 212-2005: code, old code, property[:sensor], factor
 * from the standard's unit to the property's, unit of the amount. Air pressure is sent in kPa, particles in µg/m³.
 */
const TABLE = `
w00000 B01 sewage-flow 1 m3
w01001 001 water-ph 1 -
w01009 - dissolved-oxygen 1 -
w01010 - water-temperature 1 -
w01012 003 suspended-solids 1 kg
w01014 - water-conductivity 1 -
w01017 010 biochemical-oxygen-demand 1 kg
w01018 011 chemical-oxygen-demand 1 kg
w01019 - permanganate-index 1 kg
w01020 015 total-organic-carbon 1 kg
w21001 065 total-nitrogen 1 kg
w21003 060 ammonia-nitrogen 1 kg
w21011 101 total-phosphorus 1 kg
w19002 520 substance-in-water:anionic-surfactant 1 kg
w21006 063 substance-in-water:nitrite 1 kg
w21007 064 substance-in-water:nitrate 1 kg
w21016 070 substance-in-water:cyanide 1 kg
w21017 072 substance-in-water:fluoride 1 kg
w21019 071 substance-in-water:sulphide 1 kg
w21022 090 substance-in-water:chloride 1 kg
w21038 - substance-in-water:sulphate 1 kg
w22001 080 substance-in-water:petroleum 1 kg
w23002 110 substance-in-water:volatile-phenol 1 kg
w20111 020 metal-in-water:mercury 1 g
w20115 022 metal-in-water:cadmium 1 g
w20116 023 metal-in-water:chromium 1000 kg
w20117 024 metal-in-water:chromium-vi 1 g
w20119 026 metal-in-water:arsenic 1 g
w20120 027 metal-in-water:lead 1 g
w20121 028 metal-in-water:nickel 1000 kg
w20122 029 metal-in-water:copper 1000 kg
w20123 030 metal-in-water:zinc 1000 kg
w20124 031 metal-in-water:manganese 1000 kg
w20125 032 metal-in-water:iron 1000 kg
w20126 033 metal-in-water:silver 1000 kg
a00000 B02 stack-flow 1 m3
a19001 S01 stack-oxygen 1 -
a01011 S02 stack-velocity 1 -
a01012 S03 stack-temperature 1 -
a01013 S08 stack-pressure 1 -
a01014 S05 stack-humidity 1 -
a34013 01 soot 1 kg
a21026 02 sulphur-dioxide 1 kg
a21002 03 nitrogen-oxides 1 kg
a21003 - nitric-oxide 1 kg
a21004 - nitrogen-dioxide 1 kg
a21005 04 carbon-monoxide 1 kg
a05024 - ozone 1 -
a21001 10 gas-in-air:ammonia 1 kg
a21018 06 gas-in-air:fluorides 1 kg
a21022 11 gas-in-air:chlorine 1 kg
a21024 08 gas-in-air:hydrogen-chloride 1 kg
a21028 05 gas-in-air:hydrogen-sulphide 1 kg
a24087 25 gas-in-air:hydrocarbons 1 kg
a24088 - gas-in-air:non-methane-hydrocarbons 1 kg
a25002 - gas-in-air:benzene 1 kg
a25003 - gas-in-air:toluene 1 kg
a31001 19 gas-in-air:formaldehyde 1 kg
a34001 - suspended-particles 1 -
a34002 - pm10 1 -
a34004 - pm2-5 1 -
a01001 - air-temperature 1 -
a01002 - relative-humidity 1 -
a01006 - air-pressure 10 -
a01007 - wind-speed 1 -
a01008 - wind-direction 1 -
LA B03 sound-level 1 -
Leq - sound-level:leq 1 -
L5 - sound-level:l5 1 -
L10 - sound-level:l10 1 -
L50 - sound-level:l50 1 -
L90 - sound-level:l90 1 -
L95 - sound-level:l95 1 -
Ldn - sound-level:ldn 1 -
Ld - sound-level:ld 1 -
Ln - sound-level:ln 1 -
LMx - sound-level:lmax 1 -
LMn - sound-level:lmin 1 -
`;

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => {
      const [code = '', old = '-', what = '', factor = '1', amount = '-'] = line.split(' ');
      const [property, sensor] = what.split(':') as [PropertyName, string | undefined];
      const meaning: Meaning = {
        property,
        ...(sensor ? { sensor } : {}),
        factor: Number(factor),
        ...(amount === '-' ? {} : { amount: amount as AmountUnit }),
      };
      return [code, ...(old === '-' ? [] : [old])].map((each): [string, Meaning] => [each, meaning]);
    }),
);

/** What a code of either edition measures. */
export const meaningOf = (code: string): Meaning | undefined => MEANINGS.get(code);

/** All codes of both editions that are known. */
export const KNOWN_CODES: readonly string[] = [...MEANINGS.keys()];
