import { z } from 'zod';

/** These hold whether or not a kind is told. */
const OF_TAKING: readonly string[] = ['send', 'accept'];

/**
 * The settings of one kind. What cannot choose among its items is refused at the start with the reason (`without`), and so is whatever says what is
 * told beside `send: false`: a setting without an effect would be believed to have one.
 */
export const flowSettings = <S extends z.ZodRawShape>(shape: S, without: Readonly<Record<string, string>> = {}) =>
  z
    .record(z.string(), z.unknown())
    .superRefine((given, context) => {
      for (const name of Object.keys(given)) {
        const why = without[name];
        if (why !== undefined) refuse(context, name, `has no effect here: ${why}`);
        else if (given.send === false && name in shape && !OF_TAKING.includes(name))
          refuse(context, name, 'has no effect beside send: false, which tells nothing; leave one of the two out');
      }
    })
    .pipe(z.strictObject(shape));

const refuse = (context: z.RefinementCtx, name: string, message: string): void =>
  context.addIssue({ code: 'custom', message, path: [name] });

/** Of what departments must grant: which of them flows is theirs to say. */
export const BY_GRANT = 'departments choose what flows of theirs by their grants (grantDataset); leave it out';

/** Hazards in settings: codes of the national list, or their beginnings; UNKNOWN is what a source gave no code of that list. */
export const hazardSetting = z
  .string()
  .regex(/^(\d{1,2}|\d{2}[A-Z]\d{0,2}|UNKNOWN)$/, 'a hazard code such as 11B03, its beginning, or UNKNOWN');

/** Whether a hazard is one of some; every one is where none are named. */
export const inHazards = (code: string, wanted: readonly string[] | undefined): boolean =>
  !wanted || wanted.some((beginning) => code.startsWith(beginning));
