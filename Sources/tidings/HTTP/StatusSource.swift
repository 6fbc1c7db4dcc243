import GraphNotifications
import GraphRelay
import SQLiteStorage
import SignalR

/// Gathers how the program is.
struct StatusSource: Sendable {
    let mode: Assembly.Mode
    /// Milliseconds since 1970.
    let startedAt: Int64
    let storage: SQLiteStorage
    let hub: Hub
    let manager: SubscriptionManager?
    let external: [ServerSettings.ExternalSubscription]

    func now() async throws(RelayError) -> StatusReport {
        let waiting: Int
        do {
            waiting = try await self.storage.queue.count()
        } catch {
            throw RelayError(.storageFailed, error.message, cause: error)
        }
        return StatusReport(
            version: Tidings.version, startedAt: self.startedAt, mode: self.mode.rawValue, epoch: self.storage.log.epoch,
            bounds: try await self.storage.log.bounds(), waiting: waiting,
            deadLetters: try await self.storage.deadLetters.count(), connections: self.hub.connectionCount,
            subscriptions: self.managed() + self.external.map(Self.report)
        )
    }

    private func managed() -> [StatusReport.Subscription] {
        (self.manager?.status() ?? []).map {
            StatusReport.Subscription(
                name: $0.name, account: $0.account, id: $0.id, resource: $0.resource,
                changeTypes: $0.changeTypes.description, state: $0.state, expiresAt: $0.expiresAt, renewsAt: $0.renewsAt,
                lastError: $0.lastError, lastEventAt: $0.lastEventAt, isSilent: $0.isSilent
            )
        }
    }

    private static func report(_ subscription: ServerSettings.ExternalSubscription) -> StatusReport.Subscription {
        StatusReport.Subscription(
            name: subscription.name, id: subscription.id, resource: subscription.resource,
            changeTypes: subscription.changeTypes.description, state: "external"
        )
    }
}
