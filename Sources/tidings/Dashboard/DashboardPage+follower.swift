extension DashboardPage {
    /// Follows the log from where it left off, whatever happens to the connection.
    static let followerScript = #"""
        const firstDelay = 200;
        const longestDelay = 10_000;
        /** How many updates from before are shown when the page is opened. */
        const backlog = 50;

        function parseCursor(text) {
            const hyphen = text.lastIndexOf('-');
            return { epoch: text.slice(0, hyphen), offset: Number(text.slice(hyphen + 1)) };
        }

        const cursorText = cursor => `${cursor.epoch}-${cursor.offset}`;

        /** At most `backlog` updates before `latest`, as far as the log has them. */
        function recent(latest, oldest) {
            return { epoch: latest.epoch, offset: Math.max(oldest.offset, latest.offset - backlog) };
        }

        /**
         * Keeps following all updates.
         *
         * Calls `onState(name, { reason, until, remaining })` with `catching-up`, `live`, `reconnecting`, `locked` (a token
         * is wanted) or `refused`; `onUpdates(updates, isLive)` with each update once, in order; and `onGap(sentence)`.
         */
        class Follower {
            /** A token, if one is known. It is sent only after the server has asked for one. */
            token = null;
            /** How far the server's clock is ahead of ours, in milliseconds. */
            skew = 0;

            #on;
            #last;
            #isFirst = true;
            #target = null;
            #isListening = false;
            #isLive = false;
            #liveSince = Infinity;
            #attempts = 0;
            #sendsToken = false;
            #quiet;
            #wake = () => {};

            constructor(cursor, callbacks) {
                this.#last = cursor ? parseCursor(cursor) : null;
                this.#on = callbacks;
            }

            /** Whether the server wanted the token. */
            get usesToken() {
                return this.#sendsToken && this.token !== null;
            }

            /** The cursor to come back with. */
            get cursor() {
                return this.#last && cursorText(this.#last);
            }

            async run() {
                for (;;) {
                    let failure;
                    try {
                        failure = new Error(await this.#follow());
                    } catch (error) {
                        failure = error;
                    }
                    clearTimeout(this.#quiet);
                    await this.#wait(failure);
                }
            }

            /** Tries again now, if a new attempt is being waited for. */
            hurry() {
                this.#wake();
            }

            async #follow() {
                const token = this.#sendsToken ? this.token : null;
                const answer = await request('updates', token);
                const date = Date.parse(answer.headers.get('Date')) - Date.now();
                this.skew = Math.abs(date) > 2000 ? date : 0;
                const place = await answer.json();
                const hub = new HubConnection((method, values) => this.#called(method, values));
                try {
                    await hub.open('graphUpdates', token);
                    await this.#subscribe(hub, this.#start(parseCursor(place.cursor), parseCursor(place.oldest)));
                    return await hub.closed;
                } finally {
                    hub.close();
                    this.#isListening = false;
                    this.#isLive = false;
                }
            }

            /** Where to subscribe from. A cursor that the log does not reach is sent too: the hub says what that means. */
            #start(latest, oldest) {
                this.#target = latest;
                const last = this.#last;
                const start = recent(latest, oldest);
                if (!last) return start;
                if (!this.#isFirst || last.epoch !== latest.epoch || last.offset < start.offset) return last;
                return last.offset > latest.offset ? last : start;
            }

            async #subscribe(hub, start, isAgain = false) {
                this.#last = start;
                this.#tell('catching-up', { remaining: this.#remaining });
                const gap = await hub.call('Subscribe', [['all'], cursorText(start)], answer => {
                    if (answer.gap && !isAgain) return answer;
                    if (answer.gap) this.#gap(start, answer);
                    this.#isFirst = false;
                    this.#take(answer.updates);
                    this.#last = parseCursor(answer.cursor);
                    this.#isListening = true;
                    this.#settle();
                    return null;
                });
                if (!gap) return;
                this.#gap(start, gap);
                this.#target = parseCursor(gap.cursor);
                await this.#subscribe(hub, recent(this.#target, parseCursor(gap.oldest)), true);
            }

            #gap(start, { oldest, cursor }) {
                this.#on.onGap(start.epoch === parseCursor(oldest).epoch
                    ? `The log now holds what is after ${oldest}, up to ${cursor}; we had come to ${cursorText(start)}.`
                    : `The log was begun anew; what happened after ${cursorText(start)} went with the old one.`);
            }

            #called(method, values) {
                // What comes before the answer stands in the answer again.
                if (!this.#isListening) return;
                if (method === 'graphUpdate') this.#take(values);
                else if (method === 'graphUpdates') this.#take(values[0]);
                else if (method === 'gap') {
                    this.#last = parseCursor(values[0].oldest);
                    this.#on.onGap(`${values[0].reason} They go on after ${values[0].oldest}.`);
                }
                this.#settle();
            }

            #take(updates) {
                const fresh = [];
                for (const update of updates) {
                    const cursor = parseCursor(update.cursor);
                    if (cursor.epoch === this.#last.epoch && cursor.offset <= this.#last.offset) continue;
                    this.#last = cursor;
                    fresh.push(update);
                }
                if (fresh.length > 0) this.#on.onUpdates(fresh, this.#isLive);
            }

            get #remaining() {
                const isSame = this.#target.epoch === this.#last.epoch;
                return isSame ? Math.max(0, this.#target.offset - this.#last.offset) : 0;
            }

            /** We are live once we are where the log ended when we came, or nothing more is sent. */
            #settle() {
                if (this.#isLive) return;
                clearTimeout(this.#quiet);
                const remaining = this.#remaining;
                if (remaining === 0) return this.#goLive();
                this.#tell('catching-up', { remaining });
                this.#quiet = setTimeout(() => this.#goLive(), 2000);
            }

            #goLive() {
                this.#isLive = true;
                this.#liveSince = performance.now();
                this.#tell('live', {});
            }

            async #wait(failure) {
                // A connection that lasted was a good one; one that ended at once may be the server's way to ask for rest.
                if (performance.now() - this.#liveSince > 5000) this.#attempts = 0;
                this.#liveSince = Infinity;
                const isRefused = failure.wantsToken || failure instanceof HubRefusal;
                const sentToken = this.#sendsToken && this.token;
                this.#sendsToken = isRefused ? !sentToken : this.#sendsToken;
                const longest = Math.min(longestDelay, firstDelay * 2 ** Math.min(this.#attempts, 10));
                this.#attempts += 1;
                const delay = longest * (0.5 + Math.random() / 2);
                const state = failure.wantsToken ? 'locked' : isRefused ? 'refused' : 'reconnecting';
                this.#tell(state, { reason: failure.message, until: Date.now() + delay });
                await new Promise(resolve => {
                    this.#wake = resolve;
                    setTimeout(resolve, delay);
                });
            }

            #tell(state, detail) {
                this.#on.onState(state, detail);
            }
        }

        """#
}
