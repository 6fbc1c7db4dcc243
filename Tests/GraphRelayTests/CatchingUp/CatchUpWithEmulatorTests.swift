import Foundation
import GraphEmulator
import GraphNotifications
import GraphRelay
import NIOCore
import NIOHTTP1
import RealTimeTesting
import Testing

/// What is lost on the way from an emulated Graph is found again: all of it, and marked.
@Suite(.timeLimit(.minutes(5))) struct CatchUpWithEmulatorTests {
    private static let sales = LossyCompany.sales

    /// Three things are there; one is heard of, three changes are not.
    private func catchesUp(
        _ resource: String, at path: String, create: @escaping (Int) -> String, change: String, isPatched: Bool = true
    ) async throws {
        var ids: [String] = []
        try await LossyCompany.run(resource) { preparation in
            for number in 0..<3 { ids.append(try await preparation.send(.POST, path, create(number))) }
            return ""
        } _: { company in
            let heard = try await company.send(.POST, path, create(3))
            try await company.heard(1)
            company.time.minutesPass(5)
            var new = ""
            try await company.unheard {
                new = try await company.send(.POST, path, create(4))
                try await company.send(.PATCH, "\(path)/\(ids[0])", change)
                try await company.send(.DELETE, "\(path)/\(ids[1])")
            }
            company.time.minutesPass(5)
            try await company.catchUpNow()
            let told = try await company.told()
            #expect(told.heard == ["created \(heard)"])
            #expect(told.found == ["created \(new)", "deleted \(ids[1])", "updated \(ids[0])"].sorted())
            let seen = try await company.seen()
            #expect(seen.allSatisfy { $0.topics == seen[0].topics && $0.topics.count == 3 })
            // Again there is nothing new in it.
            try await company.catchUpNow()
            #expect(try await company.told().found.count == 3)
        }
    }

    @Test func messagesOfAMailbox() async throws {
        try await self.catchesUp(
            "\(Self.sales)/messages", at: "\(Self.sales)/messages", create: { #"{"subject":"\#($0)"}"# },
            change: #"{"subject":"changed"}"#
        )
    }

    @Test func messagesOfAFolder() async throws {
        try await self.catchesUp(
            "\(Self.sales)/mailFolders('inbox')/messages", at: "\(Self.sales)/mailFolders/inbox/messages",
            create: { #"{"subject":"\#($0)"}"# }, change: #"{"subject":"changed"}"#
        )
    }

    @Test func contacts() async throws {
        try await self.catchesUp(
            "\(Self.sales)/contacts", at: "\(Self.sales)/contacts", create: { #"{"givenName":"\#($0)"}"# },
            change: #"{"givenName":"changed"}"#
        )
    }

    @Test func events() async throws {
        let day = Date(timeIntervalSinceNow: 10 * 86_400).formatted(.iso8601.year().month().day())
        try await self.catchesUp(
            "\(Self.sales)/events", at: "\(Self.sales)/events",
            create: { number in
                #"{"subject":"\#(number)","start":{"dateTime":"\#(day)T10:00:00","timeZone":"UTC"},"#
                    + #""end":{"dateTime":"\#(day)T11:00:00","timeZone":"UTC"}}"#
            },
            change: #"{"subject":"changed"}"#
        )
    }

    @Test func users() async throws {
        try await LossyCompany.run("users", [.updated, .deleted]) { company in
            let people = EmulatedTenant.contoso.users
            try await company.unheard {
                try await company.send(.PATCH, "users/\(people[0].id)", #"{"jobTitle":"x"}"#)
                try await company.send(.DELETE, "users/\(people[1].id)")
            }
            try await company.catchUpNow()
            #expect(try await company.told().found == ["deleted \(people[1].id)", "updated \(people[0].id)"].sorted())
            #expect(try await company.seen().allSatisfy { $0.topics.contains("user/\($0.resourceID)") })
        }
    }

    @Test func groups() async throws {
        var ids: [String] = []
        try await LossyCompany.run("groups", [.updated, .deleted]) { preparation in
            for name in ["a", "b"] {
                ids.append(
                    try await preparation.send(
                        .POST, "groups",
                        #"{"displayName":"\#(name)","mailEnabled":false,"mailNickname":"\#(name)","securityEnabled":true}"#))
            }
            return ""
        } _: { company in
            let link = #"{"@odata.id":"\#("https://graph.microsoft.com/v1.0/users/")\#(EmulatedTenant.contoso.users[0].id)"}"#
            try await company.unheard {
                try await company.send(.POST, "groups/\(ids[0])/members/$ref", link)
                try await company.send(.DELETE, "groups/\(ids[1])")
            }
            try await company.catchUpNow()
            #expect(try await company.told().found == ["deleted \(ids[1])", "updated \(ids[0])"].sorted())
        }
    }

    @Test func messagesOfAChannel() async throws {
        var path = ""
        try await LossyCompany.run("{name}") { preparation in
            let group = try await preparation.send(
                .POST, "groups",
                #"{"displayName":"t","mailEnabled":true,"mailNickname":"t","securityEnabled":false,"groupTypes":["Unified"]}"#)
            try await preparation.send(.POST, "groups/\(group)/team", "{}")
            let channel = try await preparation.send(.POST, "teams/\(group)/channels", #"{"displayName":"Offers"}"#)
            path = "teams/\(group)/channels/\(channel)/messages"
            return path
        } _: { company in
            var new = ""
            try await company.unheard { new = try await company.send(.POST, path, #"{"body":{"content":"x"}}"#) }
            try await company.catchUpNow()
            #expect(try await company.told().found == ["created \(new)"])
        }
    }

    /// Notifications of a drive name nothing: each has it asked for, and several at once only once or twice.
    @Test func aDriveIsAskedForWhenItNotifies() async throws {
        try await LossyCompany.run("\(Self.sales)/drive/root", .updated) { company in
            var names: [String] = []
            for number in 0..<5 {
                names.append(try await company.send(.PUT, "\(Self.sales)/drive/root:/\(number).txt:/content", "x"))
            }
            try await company.waits(for: "the files") { Set(try await company.told().found).count == 5 }
            #expect(try await company.told().found == names.map { "updated \($0)" }.sorted())
        }
    }

    @Test func whatGraphSaysItLostIsFound() async throws {
        try await LossyCompany.run("\(Self.sales)/messages") { company in
            try company.control.set(Fault(.deliveries, .missed, count: 1))
            let id = try await company.send(.POST, "\(Self.sales)/messages", "{}")
            try await company.waits(for: "what was lost") { try await company.told().found.count == 1 }
            #expect(try await company.told() == ([], ["created \(id)"]))
        }
    }

    @Test func whatWasCreatedUnheardAndUpdatedInPublicIsFound() async throws {
        try await LossyCompany.run("\(Self.sales)/messages") { company in
            let path = "\(Self.sales)/messages"
            var new = ""
            try await company.unheard { new = try await company.send(.POST, path, "{}") }
            company.time.minutesPass(5)
            try await company.send(.PATCH, "\(path)/\(new)", #"{"subject":"x"}"#)
            try await company.heard(1)
            try await company.catchUpNow()
            #expect(try await company.told() == (["updated \(new)"], ["created \(new)"]))
        }
    }

    @Test(arguments: [true, false]) func linksThatAreForgotten(isMail: Bool) async throws {
        let (resource, path) = isMail ? ("\(Self.sales)/messages", "\(Self.sales)/messages") : ("users", "users")
        try await LossyCompany.run(resource, isMail ? [.created, .updated] : .updated) { company in
            var new = ""
            try await company.unheard {
                if isMail {
                    new = try await company.send(.POST, path, "{}")
                } else {
                    try await company.send(.PATCH, "users/\(EmulatedTenant.contoso.users[0].id)", #"{"jobTitle":"x"}"#)
                }
            }
            company.control.forgetChanges()
            try await company.catchUpNow()
            // Users do not say when they were modified: that is lost, and said in the log.
            #expect(try await company.told().found == (isMail ? ["created \(new)"] : []))
            // It goes on from there.
            company.time.minutesPass(5)
            try await company.unheard {
                if isMail {
                    try await company.send(.PATCH, "\(path)/\(new)", #"{"subject":"x"}"#)
                } else {
                    try await company.send(.PATCH, "users/\(EmulatedTenant.contoso.users[0].id)", #"{"jobTitle":"y"}"#)
                }
            }
            try await company.catchUpNow()
            #expect(try await company.told().found.contains { $0.hasPrefix("updated") })
        }
    }

    /// The program ends when a page is in the log and the position is not in the store.
    @Test func aCrashBetweenLogAndPositionRepeatsNothing() async throws {
        let store = StubbornStore()
        try await LossyCompany.run("\(Self.sales)/mailFolders/inbox/messages", store: store) { company in
            let path = "\(Self.sales)/mailFolders/inbox/messages"
            var ids: [String] = []
            try await company.unheard {
                for _ in 0..<3 { ids.append(try await company.send(.POST, path, "{}")) }
            }
            store.fails.change { $0 = true }
            try await company.catchUp.request(subscription: "followed")
            try await company.waits(for: "the updates") { try await company.told().found.count == 3 }
            await store.refusals.wait { $0 > 0 }
            #expect(company.catchUp.pending == ["followed"])
            store.fails.change { $0 = false }
            company.time.minutesPass(10)
            try await company.catchUpNow()
            #expect(try await company.told().found == ids.map { "created \($0)" }.sorted())
        }
    }

    @Test func objectsAreFetched() async throws {
        try await LossyCompany.run("\(Self.sales)/messages", fetching: ["subject"]) { company in
            let path = "\(Self.sales)/messages"
            try await company.send(.POST, path, #"{"subject":"heard"}"#)
            try await company.heard(1)
            company.time.minutesPass(5)
            try await company.unheard { try await company.send(.POST, path, #"{"subject":"found"}"#) }
            try await company.catchUpNow()
            let seen = try await company.seen()
            #expect(seen.map { $0.data?["subject"] } == ["heard", "found"])
            #expect(seen.map(\.isRecovered) == [false, true])
        }
    }
}

/// A store that does not save positions when it is told so.
private final class StubbornStore: DeltaStore {
    private let store = InMemoryDeltaStore()
    let fails = Watched(false)
    let refusals = Watched(0)

    func pending() async throws(GraphError) -> [PendingLoss] { try await self.store.pending() }
    func note(_ pending: PendingLoss) async throws(GraphError) { try await self.store.note(pending) }
    func settle(subscription: String, through mark: Int64) async throws(GraphError) {
        try await self.store.settle(subscription: subscription, through: mark)
    }
    func positions(of subscription: String) async throws(GraphError) -> [DeltaPosition] {
        try await self.store.positions(of: subscription)
    }
    func save(_ position: DeltaPosition, of subscription: String) async throws(GraphError) {
        if self.fails.value {
            self.refusals.change { $0 += 1 }
            throw GraphError(.storageFailed, "There is no space left.")
        }
        try await self.store.save(position, of: subscription)
    }
    func remove(scope: String, of subscription: String) async throws(GraphError) {
        try await self.store.remove(scope: scope, of: subscription)
    }
    func forget(subscription: String) async throws(GraphError) { try await self.store.forget(subscription: subscription) }
}
