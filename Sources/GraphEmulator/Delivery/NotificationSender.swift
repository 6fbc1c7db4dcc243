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
    let timeout: Duration
    let retryTimeout: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    // Not through `change`, which would raise the signal that is waited for below.
                    let (due, refused) = self.state.read { graph, now in
                        (graph.deliveries.due(now: now), graph.deliveries.takeRefusedCount())
                    }
                    if refused > 0 {
                        self.logger.warning(
                            "Notifications were lost: too many wait for their endpoint", metadata: [.count: "\(refused)"]
                        )
                    }
                    for parcel in due.parcels { group.addTask { await self.send(parcel) } }
                    await self.wait(until: due.wake)
                }
                group.cancelAll()
            }
        }
    }

    private func send(_ parcel: DeliveryTable.Parcel) async {
        let outcome = await self.post(parcel)
        // At the end of the program nobody failed.
        guard !Task.isCancelled else { return }
        let verdict = self.state.change { graph, now in
            graph.deliveries.finished(parcel, outcome, now: now, random: &graph.random)
        }
        switch verdict {
        case .delivered: break
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

    private func post(_ parcel: DeliveryTable.Parcel) async -> EndpointQueue.Outcome {
        var request = HTTPClientRequest(url: parcel.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(OutboundNotification.body(of: parcel.batch.items))
        let limit = parcel.batch.failures == 0 ? self.timeout : self.retryTimeout
        do {
            let status = try await self.state.clock.limit(limit) { [client, request] in
                let response = try await client.execute(request, deadline: .distantFuture)
                // What it says does not matter, but reading it keeps the connection.
                _ = try? await response.body.collect(upTo: Self.maximumAnswer)
                return Int(response.status.code)
            }
            guard let status else { return .timedOut }
            return (200..<300).contains(status) ? .accepted : .refused(status: status)
        } catch {
            self.logger.debug("An endpoint could not be reached", metadata: [.error: "\(error)"])
            return .unreachable
        }
    }

    /// Until something has changed, or until `moment`, in milliseconds since 1970.
    private func wait(until moment: Int64?) async {
        guard let moment else {
            await self.state.wake.wait()
            return
        }
        let duration = Duration.milliseconds(max(0, moment - self.state.clock.now()))
        _ = try? await self.state.clock.limit(duration) { await self.state.wake.wait() }
    }
}
