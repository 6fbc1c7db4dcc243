extension DashboardPage {
    /// The SignalR client: one connection to a hub over a WebSocket.
    static let connectionScript = #"""
        const recordEnd = '\x1e';
        const pingInterval = 15_000;
        const serverTimeout = 30_000;
        const openTimeout = 10_000;

        /** The server answered with a status that is not a success. */
        class Refusal extends Error {
            constructor(status) {
                super(`The server answered with status ${status}.`);
                this.wantsToken = status === 401 || status === 403;
            }
        }

        /** The hub refused a call, with a sentence for us. */
        class HubRefusal extends Error {}

        async function request(path, token, method = 'GET') {
            const headers = { Accept: 'application/json' };
            if (token) headers.Authorization = `Bearer ${token}`;
            const signal = AbortSignal.timeout(openTimeout);
            let answer;
            try {
                answer = await fetch(path, { method, headers, signal, cache: 'no-store' });
            } catch {
                throw new Error('The server cannot be reached.');
            }
            if (!answer.ok) throw new Refusal(answer.status);
            return answer;
        }

        /** One connection to a hub. What it is called with goes to `onCall(method, arguments)`. */
        class HubConnection {
            #resolveClosed;
            #onCall;
            #socket;
            #handshake;
            #hasEnded = false;
            #isOpen = false;
            #rest = '';
            #calls = new Map();
            #lastCall = 0;
            #heard = 0;
            #spoke = 0;
            #timer;

            /** Resolves to the reason once the connection has ended. */
            closed = new Promise(resolve => { this.#resolveClosed = resolve; });

            constructor(onCall) {
                this.#onCall = onCall;
            }

            /** Negotiates, connects and shakes hands. */
            async open(path, token) {
                const negotiated = await (await request(`${path}/negotiate?negotiateVersion=1`, token, 'POST')).json();
                if (negotiated.error) throw new Error(negotiated.error);
                const url = new URL(path, document.baseURI);
                url.protocol = url.protocol.replace('http', 'ws');
                url.searchParams.set('id', negotiated.connectionToken ?? negotiated.connectionId);
                if (token) url.searchParams.set('access_token', token);
                this.#heard = performance.now();
                this.#timer = setInterval(() => this.#tick(), 1000);
                this.#socket = new WebSocket(url);
                this.#socket.onopen = () => this.#send({ protocol: 'json', version: 1 });
                this.#socket.onmessage = event => this.#receive(event.data);
                this.#socket.onclose = () => this.#end('The connection was lost.');
                await new Promise((resolve, reject) => { this.#handshake = { resolve, reject }; });
            }

            /** Calls a method of the hub. `onResult` runs before anything that arrives after the result is handled. */
            call(method, values, onResult) {
                const invocationId = String(this.#lastCall += 1);
                return new Promise((resolve, reject) => {
                    if (this.#hasEnded) return reject(new Error('The connection was lost.'));
                    this.#calls.set(invocationId, { resolve: result => resolve(onResult(result)), reject });
                    this.#send({ type: 1, invocationId, target: method, arguments: values });
                });
            }

            close() {
                this.#end('The connection was closed here.');
            }

            #send(message) {
                if (this.#socket.readyState !== WebSocket.OPEN) return;
                this.#spoke = performance.now();
                this.#socket.send(JSON.stringify(message) + recordEnd);
            }

            #tick() {
                const now = performance.now();
                const limit = this.#isOpen ? serverTimeout : openTimeout;
                if (now - this.#heard > limit) this.#end(`The server said nothing for ${limit / 1000} s.`);
                else if (this.#isOpen && now - this.#spoke >= pingInterval) this.#send({ type: 6 });
            }

            #receive(text) {
                this.#heard = performance.now();
                // Timers are slow in a page that nobody sees; what arrives is not.
                if (this.#isOpen && this.#heard - this.#spoke >= pingInterval) this.#send({ type: 6 });
                const records = (this.#rest + text).split(recordEnd);
                this.#rest = records.pop();
                try {
                    for (const record of records) this.#handle(JSON.parse(record));
                } catch (error) {
                    this.#end(error.message);
                }
            }

            #handle(record) {
                if (this.#hasEnded) return;
                if (!this.#isOpen) {
                    if (record.error) return this.#end(record.error);
                    this.#isOpen = true;
                    return this.#handshake.resolve();
                }
                if (record.type === 1) this.#onCall(record.target, record.arguments);
                else if (record.type === 3) this.#complete(record);
                else if (record.type === 7) this.#end(record.error ?? 'The server closed the connection.');
            }

            #complete({ invocationId, result, error }) {
                const call = this.#calls.get(invocationId);
                if (error) call?.reject(new HubRefusal(error.split('HubException: ').pop()));
                else call?.resolve(result);
                this.#calls.delete(invocationId);
            }

            #end(reason) {
                if (this.#hasEnded) return;
                this.#hasEnded = true;
                clearInterval(this.#timer);
                this.#socket?.close();
                this.#handshake?.reject(new Error(reason));
                for (const call of this.#calls.values()) call.reject(new Error(reason));
                this.#resolveClosed(reason);
            }
        }

        """#
}
