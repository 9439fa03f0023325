/** Drives the VS Code workbench in a page as a user does, with mouse and keyboard; knows nothing of what is tested. */

/** Only ends what hangs: a busy machine needs a minute for what takes a second. */
const patience = { timeout: 90_000 };

/** The workbench at `url`, opened on `folder`. */
export async function openWorkbench(browser, url, folder, viewport) {
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1 });
  page.setDefaultTimeout(patience.timeout);
  const foreignHosts = new Set();
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith('http') && asked.host !== new URL(url).host) foreignHosts.add(asked.host);
  });
  await page.goto(`${url}/?${new URLSearchParams({ folder })}`);
  return {
    page,
    /** Hosts that the page asked for anything; a closed workbench asks nobody. */
    foreignHosts,

    async openFile(name) {
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).dblclick();
      await page.locator('.tab.active', { hasText: name }).waitFor();
    },

    /** The squiggles of a severity: error, warning, info or hint. */
    squiggles: (severity) => page.locator(`.monaco-editor .squiggly-${severity}`),

    /** Waits until the server has coloured the first word of C after the opening comment mark of a preamble. */
    async colouredPreamble() {
      const spans = page.locator('.view-line', { hasText: /^static/ }).first().locator('span span');
      await spans.nth(2).waitFor();
    },

    /** The word in the line that contains `line`; a part of a token will do. */
    word: (line, text) => page.locator('.view-line', { hasText: line }).first().locator('span span', { hasText: text }).first(),

    /** Rests on a word until the card shows what is expected. */
    async hover(word, expected) {
      const card = page.locator('.monaco-hover:not(.hidden)', { hasText: expected }).first();
      // The editor drops a card when the text moves below the mouse, as it does a while after a jump: a person moves the mouse once more.
      await until(card, async () => {
        await page.mouse.move(5, 5);
        await word.hover();
      });
      return (await card.innerText()).replace(/\s+/g, ' ');
    },

    /** Runs a command of the palette, by its title. */
    async command(title) {
      const input = page.locator('.quick-input-widget input');
      await pressUntil(page, 'F1', input);
      await input.fill(`>${title}`);
      await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
    },

    /** The peek view with one of its lines. */
    async peek(line) {
      await page.locator('.peekview-widget .view-line', { hasText: line }).first().waitFor();
      await page.locator('.peekview-widget .ref-tree .monaco-list-row').first().waitFor();
    },

    /** Types at the end of the cursor's line and waits for a suggestion. */
    async suggestions(text, expected) {
      await page.keyboard.press('End');
      await page.keyboard.type(text);
      const row = page.locator('.suggest-widget.visible .monaco-list-row', { hasText: expected }).first();
      // A list that comes late is not shown by itself.
      await until(row, async () => ((await row.isVisible()) ? undefined : page.keyboard.press('Control+Space')));
    },

    /** Opens the list of problems. */
    async problems(expected) {
      await pressUntil(page, 'Control+Shift+M', page.locator('.markers-panel .monaco-list-row', { hasText: expected }).first());
    },

    /** Opens what the language status says. */
    async languageStatus(expected) {
      const status = page.locator('.statusbar-item[id="status.languageStatus"]');
      const card = page.locator('.monaco-hover:not(.hidden)', { hasText: expected }).first();
      await until(card, () => status.click());
    },

    /** Puts the cursor there and waits until the status bar says so. */
    async click(word, lineNumber) {
      await page.keyboard.press('Escape');
      await word.click();
      await page.locator('.statusbar-item', { hasText: `Ln ${lineNumber},` }).waitFor();
    },

    /** Brings a line into view. */
    async goToLine(lineNumber) {
      await page.keyboard.press('Escape');
      const input = page.locator('.quick-input-widget input');
      await pressUntil(page, 'Control+G', input);
      await input.fill(`:${lineNumber}`);
      await page.locator('.quick-input-list .monaco-list-row', { hasText: String(lineNumber) }).waitFor();
      await pressUntil(page, 'Enter', page.locator('.statusbar-item', { hasText: `Ln ${lineNumber},` }));
    },

    async quickFixMenu() {
      await pressUntil(page, 'Control+.', menuRows(page).first());
      return menuRows(page).allInnerTexts();
    },

    /** Opens the menu of the light bulb with the mouse, once the bulb has followed the cursor to its line. */
    async lightBulb() {
      const bulbs = '.monaco-editor .lightBulbWidget, .monaco-editor [class*="codicon-gutter-lightbulb"], .monaco-editor [class*="codicon-light-bulb"]';
      // A busy editor forgets to look for actions where the cursor came to rest: a person moves it within the word.
      const beside = { waitFor: ({ timeout }) => page.waitForFunction(isBesideCursor, bulbs, { timeout }) };
      let key = 'ArrowLeft';
      await until(beside, () => page.keyboard.press((key = key === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft')));
      await page.locator(bulbs).locator('visible=true').first().click();
      await menuRows(page).first().waitFor();
      return menuRows(page).allInnerTexts();
    },

    /** Chooses the first item of the open menu that contains `title`. */
    async choose(title) {
      await page.locator('.action-widget .monaco-list-row', { hasText: title }).first().click();
    },

    async shot(file) {
      await page.screenshot({ path: file });
    },
  };
}

/** Runs in the page: whether a visible bulb stands on the cursor's line or on the one above or below. */
function isBesideCursor(bulbs) {
  const cursor = document.querySelector('.monaco-editor .cursors-layer .cursor')?.getBoundingClientRect();
  if (cursor === undefined) return false;
  return [...document.querySelectorAll(bulbs)].some((bulb) => {
    const { top, height } = bulb.getBoundingClientRect();
    return height > 0 && Math.abs(top - cursor.top) < 1.5 * cursor.height;
  });
}

function menuRows(page) {
  return page.locator('.action-widget .monaco-list-row.action');
}

/** Presses a key until its effect shows, as a person does when a busy machine swallows the first stroke. */
const pressUntil = (page, key, effect) => until(effect, () => page.keyboard.press(key));

/** Does something until its effect shows. */
async function until(effect, act) {
  for (const wait of [3000, 3000, patience.timeout]) {
    await act();
    try {
      return await effect.waitFor({ timeout: wait });
    } catch (error) {
      if (wait === patience.timeout) throw error;
    }
  }
}
