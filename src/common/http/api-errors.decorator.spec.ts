import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiBearerAuth, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { beforeAll, describe, expect, it } from 'vitest';

import { addCommonErrors, ApiErrors } from './api-errors.decorator.js';

@Controller()
class SampleController {
  @ApiErrors('VALIDATION', 'CONFLICT', 'BUSY', 'UNAUTHENTICATED')
  @Get('open')
  open(): void {}

  @ApiBearerAuth()
  @Get('closed')
  closed(): void {}
}

@Module({ controllers: [SampleController] })
class SampleModule {}

describe('ApiErrors', () => {
  let document: OpenAPIObject;

  beforeAll(async () => {
    const app = await NestFactory.create(SampleModule, { logger: false });
    document = addCommonErrors(SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  });

  const responsesOf = (path: string) => document.paths[path]!.get!.responses;

  it('should document each code under its status, codes of one status together', () => {
    const responses = responsesOf('/open');

    expect(Object.keys(responses)).toEqual(['400', '401', '409', '429', '500']);
    expect(responses['409']).toMatchObject({ description: 'CONFLICT or BUSY' });
    expect(JSON.stringify(responses['409'])).toContain(
      '"BUSY":{"value":{"statusCode":409,"error":{"code":"BUSY"',
    );
  });

  it('should leave the 401 that a public route documents itself as it is', () => {
    expect(responsesOf('/open')['401']).toMatchObject({ description: 'UNAUTHENTICATED' });
  });

  it('should add both reasons of a 401 where a token is needed', () => {
    expect(responsesOf('/closed')['401']).toMatchObject({ description: 'UNAUTHENTICATED or TOKEN_EXPIRED' });
  });

  it('should define the schema it refers to', () => {
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining(['ErrorBodyView', 'ErrorView']),
    );
  });

  it('should never show the text of an unforeseen error', () => {
    expect(JSON.stringify(document)).not.toContain('anything unforeseen');
  });
});
