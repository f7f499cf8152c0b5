import type { AcknowledgementRow } from '../../model/delivery.js';
import {
  acknowledgeWarning,
  type WarningAcknowledged,
  type WarningNotAcknowledged,
} from '../../resolvers/shared/acknowledge.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** The mutation that says a warning is known, and what comes of it. */
export function addAcknowledging(builder: Builder, refs: Refs): void {
  const acknowledged = addAcknowledged(builder, refs);
  const reason = builder.enumType('WarningNotAcknowledgedReason', {
    description: 'Why an acknowledgement was not taken. 未受理原因。',
    values: {
      NOT_RELEASED: { description: 'It has not been released. 预警尚未发布。' },
      NO_RECIPIENT: { description: 'The register has no such recipient in use. 接收人不存在或已停用。' },
      NOT_YOURS: { description: 'The recipient does not name this key or person. 该接收人未授权此身份确认。' },
      NOT_MEANT_FOR_IT: { description: 'The warning is not meant for that recipient. 预警不针对该接收人。' },
    },
  });
  const refused = builder.objectRef<WarningNotAcknowledged>('WarningNotAcknowledged').implement({
    description: 'It was not taken, and nothing was changed. 未受理，未作变更。',
    fields: (t) => ({
      reason: t.field({ type: reason, description: 'Why. 原因。', resolve: (node) => node.reason }),
      warning: t.field({ type: refs.Warning, description: 'The warning. 预警。', resolve: (node) => node.warning }),
    }),
  });
  const result = builder.unionType('AcknowledgeWarningResult', {
    description: 'What came of an acknowledgement. 确认结果。',
    types: [acknowledged, refused],
    resolveType: (value) => (value.outcome === 'acknowledged' ? 'WarningAcknowledged' : 'WarningNotAcknowledged'),
  });
  builder.mutationField('acknowledgeWarning', (t) =>
    t.field({
      type: result,
      description:
        'Says that a warning is known: by a system of the recipient, by the duty officer for a recipient, or by an officer. Said again it changes nothing. 确认知悉预警：接收方系统、应急值班代接收人或值班人员均可，重复确认不变。',
      args: {
        identifier: t.arg.id({ required: true, description: 'Of which warning. 预警标识。' }),
        recipient: t.arg.id({
          description:
            'For this entry of the register of recipients; without it for all that name the caller, else for the caller alone. 接收人台账编号；缺省为本身份对应的接收人，无则仅记本人。',
        }),
        note: t.arg.string({ description: 'One line, at most 500 characters. 备注。' }),
      },
      resolve: (_root, args, context) =>
        acknowledgeWarning(
          {
            identifier: String(args.identifier),
            recipient: args.recipient === null || args.recipient === undefined ? null : String(args.recipient),
            note: args.note,
          },
          context,
        ),
    }),
  );
}

function addAcknowledged(builder: Builder, refs: Refs) {
  const acknowledgement = builder.objectRef<AcknowledgementRow>('WarningAcknowledgement').implement({
    description: 'That a warning is known. 预警确认记录。',
    fields: (t) => ({
      recipient: t.id({
        nullable: true,
        description: 'For whom; null for an officer. 接收人，值班人员确认时为空。',
        resolve: (node) => node.recipient || null,
      }),
      at: t.field({
        type: 'DateTime',
        description: 'When it was first said. 首次确认时间。',
        resolve: (node) => node.at,
      }),
      late: t.exposeBoolean('late', { description: 'The warning was over by then. 确认时预警已失效。' }),
      note: t.exposeString('note', { nullable: true, description: 'What was said with it. 备注。' }),
    }),
  });
  return builder.objectRef<WarningAcknowledged>('WarningAcknowledged').implement({
    description: 'It is taken down. 已受理。',
    fields: (t) => ({
      warning: t.field({ type: refs.Warning, description: 'The warning. 预警。', resolve: (node) => node.warning }),
      acknowledgements: t.field({
        type: [acknowledgement],
        description: 'What stands now. 现有记录。',
        resolve: (node) => [...node.acknowledgements],
      }),
      repeated: t.exposeBoolean('repeated', {
        description: 'All of it had been said before. 此前均已确认。',
      }),
    }),
  });
}
