import type { Logger } from '../../kube/logger.ts';
import type { AdminOptions, AdminServer } from '../admin/admin.ts';
import { startAdmin } from '../admin/start-admin.ts';
import type { Admin } from '../config/schema.ts';

/** The admin server of static mode, which a new configuration may move or remove. */
export interface AdminRuntime {
  /** @throws the system's error when the new address cannot be listened on; the old server then goes on. */
  set(admin: Admin | undefined): Promise<void>;
  close(): Promise<void>;
}

export function createAdminRuntime(options: Omit<AdminOptions, 'address' | 'port'>, logger: Logger): AdminRuntime {
  let current: { readonly admin: Admin; readonly server: AdminServer } | undefined;

  return {
    async set(admin) {
      if (current?.admin.address === admin?.address && current?.admin.port === admin?.port) return;
      const old = current;
      current = admin === undefined ? undefined : { admin, server: await startAdmin({ ...options, ...admin }) };
      await old?.server.close();
      if (admin !== undefined) logger.info({ address: admin.address, port: admin.port }, 'Opened the admin server');
    },
    close: async () => {
      await current?.server.close();
    },
  };
}
