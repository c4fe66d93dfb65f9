// A D1 database that counts: statements, rows read and written, and the wall time of what is asked, by the act that asks it.

export type Cost = {
  calls: number;
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  /** Wall milliseconds of each call of the act. */
  times: number[];
  /** Rows read by each call of the act. */
  reads: number[];
};

const noCost = (): Cost => ({ calls: 0, statements: 0, rowsRead: 0, rowsWritten: 0, times: [], reads: [] });

export class Meter {
  readonly costs = new Map<string, Cost>();
  #current: Cost = noCost();

  /** Only one act at a time: what D1 does meanwhile is booked on it. */
  async measure<T>(act: string, work: () => Promise<T>): Promise<T> {
    const cost = this.costs.get(act) ?? noCost();
    this.costs.set(act, cost);
    this.#current = cost;
    const [begun, read] = [performance.now(), cost.rowsRead];
    const result = await work();
    cost.times.push(performance.now() - begun);
    cost.reads.push(cost.rowsRead - read);
    cost.calls++;
    this.#current = noCost();
    return result;
  }

  counted(database: D1Database): D1Database {
    const book = (results: readonly D1Result[]) => {
      for (const { meta } of results) {
        this.#current.statements++;
        this.#current.rowsRead += meta.rows_read;
        this.#current.rowsWritten += meta.rows_written;
      }
    };
    const inner = new WeakMap<object, D1PreparedStatement>();
    const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
      const all = async () => {
        const result = await statement.all();
        book([result]);
        return result;
      };
      const wrapped = {
        bind: (...values: unknown[]) => wrap(statement.bind(...values)),
        all,
        run: all,
        first: async (column?: string) => {
          const row = (await all()).results[0] as Record<string, unknown> | undefined;
          return row === undefined ? null : column === undefined ? row : row[column];
        },
        // D1 answers raw without its counts: the statement is counted, its rows are not.
        raw: (options?: { columnNames?: false }) => {
          this.#current.statements++;
          return statement.raw(options);
        },
      } as unknown as D1PreparedStatement;
      inner.set(wrapped, statement);
      return wrapped;
    };
    return {
      prepare: (sql: string) => wrap(database.prepare(sql)),
      batch: async (statements: D1PreparedStatement[]) => {
        const results = await database.batch(
          statements.map((statement) => inner.get(statement) ?? statement),
        );
        book(results);
        return results;
      },
    } as unknown as D1Database;
  }
}
