import Foundation
import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing

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
    configuration.clock = StoppedClock().clock
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

extension EmulatedGraph {
    /// A user's mailbox, or a folder of it.
    func mailScope(user: String, folder: String?, in tenant: String = caller.tenantID) throws(GraphRefusal) -> EntityScope {
        var keys = ["user": user]
        keys["folder"] = folder
        return try self.scope(.message, keys, tenant: tenant)
    }

    /// A draft in a mailbox.
    @discardableResult
    mutating func create(_ members: JSONMembers, in scope: EntityScope, now: Int64) throws(GraphRefusal) -> Entity {
        try self.createMessage(members, in: scope, now: now)
    }

    /// What notifications are due, each taken apart, as if they were accepted.
    mutating func notified(at now: Int64 = morning + minute) throws -> [JSONMembers] {
        try self.deliver(at: now).joined().compactMap { item in try JSONValue(ByteBuffer(string: item)).object }
    }

    /// Asks as somebody over HTTP would, but without a socket.
    ///
    /// - Parameter user: In whose name, with all permissions; `nil` for somebody without a token.
    mutating func ask(
        _ method: HTTPRequest.Method, _ uri: String, _ body: JSONValue? = nil, as user: String? = nil, prefer: String? = nil,
        type: String? = nil, now: Int64 = morning
    ) throws -> TestReply {
        var fields = HTTPFields()
        fields[.prefer] = prefer
        fields[.contentType] = type
        var content = ByteBuffer()
        body?.write(to: &content)
        let request = EmulatorRequest(method, uri, authority: "graph", fields: fields, body: content)
        var answer: GraphAnswer
        do throws(GraphRefusal) {
            switch GraphRoute(path: request.path) {
            case .graph(let target, let keys, let version):
                let asker = EmulatedTenant.contoso.user(user ?? "").map { Caller.user($0) }
                answer = try DataEndpoint(
                    root: "http://graph/\(version)", request: request, caller: asker, tenant: caller.tenantID
                )
                .answer(target, keys, from: &self, now: now)
            case .unknownSegment(let segment): throw .unknownSegment(segment)
            default: throw .unknownPath
            }
        } catch {
            answer = .refusal(error, of: RequestIdentity(id: "id", clientID: nil, date: now))
        }
        let isEmpty = answer.body.readableBytes == 0
        let json = isEmpty ? [:] : try #require(try JSONValue(answer.body).object)
        return TestReply(status: answer.status.code, fields: answer.fields, json: json)
    }
}

/// What was answered to ``EmulatedGraph/ask``.
struct TestReply {
    var status: Int
    var fields: HTTPFields
    var json: JSONMembers

    var code: String? { self.json[path: ["error", "code"]]?.string }

    var id: String { self.json["id"]?.string ?? "" }

    /// The items of a list.
    var items: [JSONMembers] { self.json["value"]?.array?.compactMap(\.object) ?? [] }

    /// The items' values of one property.
    func values(_ name: String) -> [String] { self.items.compactMap { $0[name]?.string } }

    /// The path of a link in it.
    func link(_ name: String) -> String? { self.json["@odata.\(name)"]?.string?.replacing("http://graph", with: "") }
}
