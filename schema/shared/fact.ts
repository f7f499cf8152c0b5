import * as fact from '../../resolvers/shared/fact.js';
import type { Builder } from '../builder.js';

/** What puts a wrong match of two departments' reports right. */
export function addFacts(builder: Builder): void {
  const report = { required: true, description: 'Its id. 报告标识。' } as const;
  builder.mutationField('separateReport', (t) =>
    t.id({
      description:
        'Takes a report out of the earthquake, fire or road event it was taken for and makes one of it alone; later corrections leave it there. Gives the id of the new one. Needs the role ADMINISTRATOR of the hub. 将误并的报告单独成条，以后的修订不再并回，返回新条目的标识，需平台管理员。',
      args: { report: t.arg.id(report) },
      resolve: (_root, args, context) => fact.separateReport(String(args.report), context),
    }),
  );
  builder.mutationField('joinReport', (t) =>
    t.id({
      description:
        'Puts a report to an earthquake, fire or road event of its kind. Gives the id of that. Needs the role ADMINISTRATOR of the hub. 将报告并入同类条目，返回该条目的标识，需平台管理员。',
      args: {
        report: t.arg.id(report),
        to: t.arg.id({ required: true, description: 'The one it is of. 目标条目标识。' }),
      },
      resolve: (_root, args, context) => fact.joinReport(String(args.report), String(args.to), context),
    }),
  );
}
