import Foundation
import Logging
import NIOCore
import Synchronization

@testable import GraphEmulator

/// 2026-11-24T09:30:00Z.
let morning: Int64 = 1_795_512_600_000

let minute: Int64 = 60_000

let sales = EmulatedTenant.contoso.users[0]
let anna = EmulatedTenant.contoso.users[1]
let ben = EmulatedTenant.contoso.users[2]
/// The application of contoso, for itself.
let caller = Caller.application(.contoso, of: .contoso)

/// What all tests sign with, because making a key takes time.
let testKey: SigningKey = {
    do {
        return try .random(now: morning)
    } catch {
        preconditionFailure("No key: \(error)")
    }
}()

extension Caller {
    /// An application for itself, with all it has.
    static func application(_ application: EmulatedApplication, of tenant: EmulatedTenant) -> Caller {
        Caller(
            tenantID: tenant.id, applicationID: application.id, principalID: application.servicePrincipalID,
            permissions: Set(application.applicationPermissions)
        )
    }

    /// An application for a user.
    static func user(
        _ user: EmulatedUser, _ permissions: Set<String> = Set(ResourceFamily.allDelegatedPermissions),
        application: EmulatedApplication = .contoso, of tenant: EmulatedTenant = .contoso
    ) -> Caller {
        Caller(
            tenantID: tenant.id, applicationID: application.id, principalID: user.id, userID: user.id,
            permissions: permissions, isAdministrator: user.isAdministrator
        )
    }
}

/// A graph without mail, the same each time.
func emptyGraph(_ change: (inout GraphEmulatorConfiguration) -> Void = { _ in }) -> EmulatedGraph {
    var configuration = GraphEmulatorConfiguration(seed: 1)
    change(&configuration)
    return EmulatedGraph(configuration, keys: SigningKeys(testKey))
}

extension EmulatedGraph {
    /// Creates a subscription whose receiver answers the handshake.
    mutating func subscribe(_ draft: SubscriptionDraft, from caller: Caller = caller, now: Int64 = morning) throws(GraphRefusal)
        -> EmulatedSubscription
    {
        try self.admit(self.propose(draft, from: caller, now: now), now: now)
    }

    /// Lets every `POST` that is due be accepted.
    ///
    /// - Returns: The items, one array for each `POST`.
    mutating func deliver(at now: Int64) -> [[String]] {
        self.deliveries.due(now: now).parcels.map { parcel in
            _ = self.deliveries.finished(parcel, .accepted(status: 202), now: now)
            return parcel.batch.items.map { String(buffer: $0.json) }
        }
    }

    /// Lets everything happen that is due by `now`, and every `POST` be accepted.
    ///
    /// - Returns: The items, in the order in which they were sent.
    mutating func everythingSent(at now: Int64) -> [String] {
        // What begins now is sent after the window in which it waits for others.
        self.passTime(now: now - 50)
        var items: [String] = []
        while true {
            let parcels = self.due(now: now).parcels
            guard !parcels.isEmpty else { return items }
            for parcel in parcels {
                _ = self.finished(parcel, .accepted(status: 202), after: 0, now: now)
                items += parcel.batch.items.map { String(buffer: $0.json) }
            }
        }
    }

    /// The items that are due for `url`, one array for each `POST`.
    mutating func posts(at now: Int64) -> [[String]] {
        self.deliveries.due(now: now).parcels.map { $0.batch.items.map { String(buffer: $0.json) } }
    }
}

extension SubscriptionDraft {
    static func mail(
        _ resource: String = "users/sales@example.com/messages", changeType: String = "created,updated,deleted",
        url: String = "http://127.0.0.1:9/notifications", expiresAt: Int64 = morning + 60 * minute
    ) -> SubscriptionDraft {
        var draft = SubscriptionDraft()
        draft.changeType = changeType
        draft.notificationURL = url
        draft.resource = resource
        draft.expiresAt = expiresAt
        draft.clientState = "state-1"
        return draft
    }
}

/// What `body` refuses with; `nil` if it does not.
func refusal(_ body: () throws(GraphRefusal) -> Void) -> GraphRefusal? {
    do throws(GraphRefusal) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// The wall clock, moved forward by hand.
final class MovedClock: Sendable {
    private let offset = Mutex<Int64>(0)

    func advance(by duration: Duration) {
        self.offset.withLock { $0 += duration.milliseconds }
    }

    var clock: EmulatorClock {
        EmulatorClock(
            now: { EmulatorClock.system.now() + self.offset.withLock { $0 } }, sleep: EmulatorClock.system.sleep
        )
    }
}

/// A clock that stands still until it is told; waiting is real.
final class StoppedClock: Sendable {
    private let moment = Mutex<Int64>(morning)

    func advance(by duration: Duration) {
        self.moment.withLock { $0 += duration.milliseconds }
    }

    var clock: EmulatorClock {
        EmulatorClock(now: { self.moment.withLock { $0 } }, sleep: EmulatorClock.system.sleep)
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A JSON object as Foundation reads it.
func object(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}
