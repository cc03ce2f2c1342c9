import { Global, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';

import { AppConfig } from './app-config.js';
import { Environment, validateEnvironment } from './environment.js';

@Global()
@Module({
  imports: [NestConfigModule.forRoot({ validate: (raw) => ({ settings: validateEnvironment(raw) }) })],
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
