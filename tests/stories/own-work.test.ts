import { startStack, type TestStack } from '../support/start-stack';
import { curlThatKillsAfter, playStory, storyAsCheckedIn } from './play-story';

/**
 * Each story is told once more with kills after some of its calls, because a stack gives up what dies five times within a minute;
 * together they have a kill after every kind of call.
 */
describe.each([
  {
    name: 'own-answer',
    catalog: 'catalog/language-model.yaml',
    // To create her, to subscribe, to pay, to spend, a heartbeat, to complete.
    killsAfter: [2, 4, 5, 6],
  },
  {
    name: 'own-film',
    catalog: 'catalog/video.yaml',
    // To create him, to be refused, to subscribe, to pay, to spend, a heartbeat, to complete, to spend, to fail.
    killsAfter: [1, 4, 7, 8],
  },
])('work of one’s own, sold by $catalog', ({ name, catalog, killsAfter }) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack({ env: { SCRIP_CATALOG: catalog } });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  it('is held, heard of, paid as it was really used, and said in the words of the catalog, with nothing but curl', async () => {
    expect(await playStory(name, stack.home)).toBe(await storyAsCheckedIn(name));
  }, 180_000);

  it('comes to the same when worker and API are killed between its calls', async () => {
    const path = await curlThatKillsAfter(killsAfter, stack.home);
    expect(await playStory(name, stack.home, path)).toBe(await storyAsCheckedIn(name));
    for (const part of ['worker', 'api']) {
      const deaths = stack.output().split(`${part} ended (SIGKILL); starting it again`).length - 1;
      expect([part, deaths]).toEqual([part, killsAfter.length]);
    }
  }, 300_000);
});
