import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const { ui } = JSON.parse(readFileSync('/tmp/ui/server.json'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
await page.goto(`${ui}/namespaces/default/workflows?query=${encodeURIComponent('RunState="Blocked"')}`);
await page.waitForSelector('text=parked', { timeout: 30000 });
await page.screenshot({ path: '/tmp/ui/1.png' });
await page.click('a:has-text("parked")');
await page.waitForTimeout(3000);
await page.screenshot({ path: '/tmp/ui/2.png' });
console.log(page.url());
console.log((await page.locator('button, a[role=tab], [role=menuitem]').allInnerTexts()).join('|'));
await browser.close();
