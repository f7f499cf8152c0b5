import type { ReloadResult } from '../../model/reload.js';
import { type HubContext, renewLoaders, requireAdmin } from '../context.js';

/** Reads the settings file again; for the administrator. */
export async function reloadSettings(context: HubContext): Promise<ReloadResult> {
  requireAdmin(context);
  const result = await context.feedControl.reloadSettings();
  renewLoaders(context);
  return result;
}
