import { Global, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';

import { AppConfig } from './app-config.js';
import { Environment, validateEnvironment } from './environment.js';

/** Rejected where a setting is bad: Nest looks at it when it creates the app, which Node finds too late. */
const environment = NestConfigModule.forRoot({
  validate: (raw) => ({ settings: validateEnvironment(raw) }),
});
environment.catch(() => undefined);

@Global()
@Module({
  imports: [environment],
  providers: [
    {
      provide: AppConfig,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => new AppConfig(config.getOrThrow<Environment>('settings')),
    },
  ],
  exports: [AppConfig],
})
export class ConfigModule {}
