import { reloadSettings } from '../../resolvers/shared/reload.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** Reading the settings file again while the hub runs. */
export function addReload(builder: Builder, refs: Refs): void {
  builder.objectType(refs.SettingsReload, {
    description: 'What reading the settings again has changed. 重新读取配置的结果。',
    fields: (t) => ({
      error: t.exposeString('error', {
        nullable: true,
        description: 'Why nothing was changed: file, line, reason. 配置有误时的文件、行号与原因，此时不作任何改变。',
      }),
      added: t.stringList({ description: 'Feeds that were started. 新增的数据源。', resolve: (r) => [...r.added] }),
      changed: t.stringList({
        description: 'Feeds that were started anew, from where they were. 已按新配置重启的数据源。',
        resolve: (r) => [...r.changed],
      }),
      removed: t.stringList({ description: 'Feeds that were ended. 已停止的数据源。', resolve: (r) => [...r.removed] }),
      unchanged: t.stringList({
        description: 'Feeds that run on undisturbed. 未受影响的数据源。',
        resolve: (r) => [...r.unchanged],
      }),
      needsRestart: t.stringList({
        description: 'Settings that differ and hold only after a restart. 需重启后才生效的配置项。',
        resolve: (r) => [...r.needsRestart],
      }),
    }),
  });
  builder.mutationField('reloadSettings', (t) =>
    t.field({
      type: refs.SettingsReload,
      description:
        'Reads the settings file again and changes only what differs; a file with a mistake changes nothing. Needs the role ADMINISTRATOR of the hub. 重新读取配置文件，仅变更有差异的部分；有误则不变。需平台管理员。',
      resolve: (_root, _args, context) => reloadSettings(context),
    }),
  );
}
