import { Connection } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { instantOf, type Instant } from '../../src/domain/instants';

/** The clock of Temporal's time-skipping server, which is everybody's clock in the sandbox. */
export interface TimeServer {
  now(): Promise<Instant>;
  /**
   * Lets so much time pass. It is skipped whenever no activity and no workflow task is there to be done; then it returns
   * within milliseconds. While something runs, time passes at the speed of the wall's.
   */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A hundred years of one subscription take minutes. */
const PASS_DEADLINE_MS = 3_600_000;

/** Connects to the server's test service. The server must be there. */
export async function connectTimeServer(address: string): Promise<TimeServer> {
  // Without the SDK's retries: a `pass` that is sent twice would let the time pass twice.
  const options = {
    address,
    interceptors: [],
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  };
  const connection = await Connection.connect(options);
  const { testService } = connection;
  if (testService === undefined) throw new Error('The server has no test service');
  return {
    async now() {
      const { time } = await testService.getCurrentTime({});
      if (time === null || time === undefined) throw new Error('The server does not know what time it is');
      return instantOf(tsToMs(time));
    },
    async pass(ms) {
      const deadline = performance.timeOrigin + performance.now() + PASS_DEADLINE_MS;
      await connection.withDeadline(deadline, () =>
        testService.unlockTimeSkippingWithSleep({ duration: msToTs(ms) }),
      );
    },
    close: () => connection.close(),
  };
}
