import { startStack, type TestStack } from '../support/start-stack';
import { playStory, storyAsCheckedIn } from './play-story';

describe('the story of an action that no code names', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startStack();
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  it('is published to a running stack, sold to who subscribes later, and not to who subscribed before', async () => {
    expect(await playStory('upscale', stack.home)).toBe(await storyAsCheckedIn('upscale'));
  }, 120_000);
});
