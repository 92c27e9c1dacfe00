import { startStack, type TestStack } from '../support/start-stack';
import { playStory, storyAsCheckedIn } from './play-story';

describe('the story of a first month', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack();
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  it('prints what is checked in, to the letter', async () => {
    expect(await playStory('first-month', stack.home)).toBe(await storyAsCheckedIn('first-month'));
  }, 120_000);
});
