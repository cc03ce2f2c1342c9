import { type Browser, chromium } from 'playwright-core';

import { BrowserPhone } from './browser-phone.js';
import { NetworkCable } from './network-cable.js';
import { pathOf } from './requires.js';
import { StaticFiles } from './static-files.js';

const PAGE = 'test/browser/phone.html';

/** A camera that nobody has to allow, with a moving picture and a beep; sound without a click first. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** A browser with the page of `test/browser` in it, once per phone. */
export class PhoneShop {
  private readonly cables: NetworkCable[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly site: StaticFiles,
  ) {}

  static async open(): Promise<PhoneShop> {
    const site = await StaticFiles.serve([
      PAGE,
      'test/browser/phone.js',
      'examples/call-client.js',
      'node_modules/socket.io-client/dist/socket.io.esm.min.js',
    ]);
    const browser = await chromium.launch({ executablePath: pathOf('chromium'), args: FLAGS });
    return new PhoneShop(browser, site);
  }

  /** A phone of somebody new, or one more of `owner`, connected to the server at `url` by a cable of its own. */
  async phone(
    url: string,
    { owner, rtc }: { owner?: BrowserPhone; rtc?: object } = {},
  ): Promise<BrowserPhone> {
    const page = await (await this.browser.newContext()).newPage();
    await page.goto(`${this.site.url}/${PAGE}`);
    const cable = await NetworkCable.to(url);
    this.cables.push(cable);
    return BrowserPhone.enter(page, cable, { owner, rtc });
  }

  /** Switches all phones off. */
  async takeBack(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    await Promise.all(this.cables.splice(0).map((cable) => cable.close()));
  }

  async close(): Promise<void> {
    await this.takeBack();
    await this.browser.close();
    await this.site.close();
  }
}
