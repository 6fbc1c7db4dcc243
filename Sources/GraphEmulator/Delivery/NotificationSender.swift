import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Sends what the graph has to say: reads from its deliveries what is due, and reports back what became of it.
struct NotificationSender: Service {
    /// More of an answer than this is not read.
    static let maximumAnswer = 64 << 10

    let state: EmulatorState
    let client: HTTPClient
    let issuer: ValidationTokenIssuer
    let logger: Logger
    /// Measures receivers. They live in real time, whatever the emulator's clock says.
    let stopwatch = ContinuousClock()

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let membership = self.state.beginSending()
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    // Not through `change`, which would raise the signal that is waited for below.
                    let (due, refused) = self.state.read { graph, now in
                        (graph.due(now: now), graph.deliveries.takeRefusedCount())
                    }
                    if refused > 0 {
                        self.logger.warning(
                            "Notifications were lost: too many wait for their endpoint", metadata: [.count: "\(refused)"]
                        )
                    }
                    for parcel in due.parcels { group.addTask { await self.send(parcel) } }
                    self.state.settled.raise()
                    if !due.parcels.isEmpty { self.state.logged.raise() }
                    await self.wait(until: due.wake)
                }
                group.cancelAll()
            }
            self.state.endSending(membership)
        }
    }

    private func send(_ parcel: DeliveryTable.Parcel) async {
        var parcel = parcel
        let start = self.stopwatch.now
        var outcome = await self.deliver(&parcel)
        var latency = (self.stopwatch.now - start).milliseconds
        for effect in parcel.effects {
            guard let least = effect.leastLatency(limit: parcel.limit) else { continue }
            latency = max(latency, least)
            if least >= parcel.limit.milliseconds { outcome = .timedOut }
        }
        // At the end of the program nobody failed.
        guard !Task.isCancelled else { return }
        let verdict = self.state.change { [parcel, outcome, latency] graph, now in
            graph.finished(parcel, outcome, after: latency, now: now)
        }
        self.state.settled.raise()
        switch verdict {
        case .delivered, .forgotten: break
        case .retry:
            self.logger.debug(
                "A notification was not accepted and will be sent again",
                metadata: [.outcome: "\(outcome)", .attempts: "\(parcel.batch.failures + 1)"]
            )
        case .lost:
            self.logger.warning(
                "Notifications were lost: their endpoint did not accept them in time",
                metadata: [.count: "\(parcel.batch.items.count)", .outcome: "\(outcome)"]
            )
        }
    }

    /// Seals what has to be, makes the `POST`, or what a fault wants instead.
    private func deliver(_ parcel: inout DeliveryTable.Parcel) async -> EndpointQueue.Outcome {
        let flaw = parcel.effects.firstTokenFlaw
        parcel.batch.items = NotificationSealer.seal(parcel.batch.items, isOff: flaw == .null)
        for case .status(let status, _) in parcel.effects { return EndpointQueue.Outcome(status: status) }
        if HubEndpoint(parcel.url) != nil { return .accepted(status: 201) }
        do {
            let tokens = try self.issuer.tokens(for: parcel.batch.items, flaw: flaw)
            return await self.post(OutboundNotification.body(of: parcel.batch.items, validationTokens: tokens), parcel)
        } catch {
            self.logger.error("A validation token could not be made", metadata: [.error: "\(error)"])
            return .unreachable
        }
    }

    private func post(_ body: ByteBuffer, _ parcel: DeliveryTable.Parcel) async -> EndpointQueue.Outcome {
        var request = HTTPClientRequest(url: parcel.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(body)
        do {
            // In real time: see EmulatorClock.
            let status = try await EmulatorClock.system.limit(parcel.limit) { [client, request] in
                let response = try await client.execute(request, deadline: .distantFuture)
                // What it says does not matter, but reading it keeps the connection.
                _ = try? await response.body.collect(upTo: Self.maximumAnswer)
                return Int(response.status.code)
            }
            return status.map { EndpointQueue.Outcome(status: $0) } ?? .timedOut
        } catch {
            self.logger.debug("An endpoint could not be reached", metadata: [.error: "\(error)"])
            return .unreachable
        }
    }

    /// Until something has changed, or until `moment`, in milliseconds since 1970.
    private func wait(until moment: Int64?) async {
        let clock = self.state.clock
        // Whoever moves the clock by hand also raises the signal. One that can be switched may go by itself now or later.
        guard let moment, clock.stepped == nil || clock.switched != nil else {
            await self.state.wake.wait()
            return
        }
        let duration = Duration.milliseconds(max(0, moment - clock.now()))
        _ = try? await clock.limit(duration) { await self.state.wake.wait() }
    }
}

extension Fault.Effect {
    /// How many milliseconds the receiver is taken to need at least.
    fileprivate func leastLatency(limit: Duration) -> Int64? {
        switch self {
        case .slowAnswer(let duration): duration.milliseconds
        case .timeout: limit.milliseconds
        default: nil
        }
    }
}

extension [Fault.Effect] {
    fileprivate var firstTokenFlaw: Fault.TokenFlaw? {
        for case .tokens(let flaw) in self { return flaw }
        return nil
    }
}
