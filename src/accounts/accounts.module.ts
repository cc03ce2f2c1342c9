import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountErasure } from './account-erasure.service.js';
import { AccountExports } from './account-exports.service.js';
import { AccountsController } from './accounts.controller.js';

/** The copy of all that is kept of somebody, and its end. Knows the parts of the server by `PersonalData` alone. */
@Module({
  imports: [AuthModule, UsersModule],
  controllers: [AccountsController],
  providers: [AccountExports, AccountErasure],
  exports: [AccountErasure],
})
export class AccountsModule {}
