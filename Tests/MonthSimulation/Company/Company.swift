import GraphCalling
import GraphEmulator
import GraphNotifications
import NIOHTTP1

/// Who works there, what they have, and what is subscribed to.
struct Company: Sendable {
    let caller: GraphCaller
    private(set) var places: [Place] = []
    private(set) var requests: [SubscriptionRequest] = []
    private var lastNumber = 0

    /// Forty people.
    static let tenant: EmulatedTenant = {
        var tenant = EmulatedTenant.contoso
        for number in tenant.users.count..<40 {
            tenant.users.append(
                EmulatedUser(
                    id: "70000000-0000-4000-8000-0000000000\(10 + number)", displayName: "Person \(number)",
                    userPrincipalName: "person\(number)@example.com"
                )
            )
        }
        return tenant
    }()

    /// Furnishes the company.
    ///
    /// - Parameter count: How many subscriptions there are to be.
    init(caller: GraphCaller, subscriptions count: Int) async throws {
        self.caller = caller
        let users = Self.tenant.users.map(\.id)
        var wanted: [(place: Int, resource: String, types: ChangeTypes, isRich: Bool)] = []
        func want(_ place: Place, _ resource: String, _ types: ChangeTypes, isRich: Bool = false) {
            self.places.append(place)
            wanted.append((self.places.count - 1, resource, types, isRich))
        }
        let all: ChangeTypes = [.created, .updated, .deleted]
        for (number, user) in users.enumerated() {
            want(Place(kind: .events, path: "users/\(user)/events"), "users/\(user)/events", all)
            want(Place(kind: .contacts, path: "users/\(user)/contacts"), "users/\(user)/contacts", all)
            want(Place(kind: .users, path: "users/\(user)", items: [user]), "users/\(user)", [.updated, .deleted])
            let inbox = "users/\(user)/mailFolders('inbox')/messages"
            let isRich = number.isMultiple(of: 8)
            want(
                Place(kind: .folder, path: "users/\(user)/mailFolders/inbox/messages"),
                isRich ? inbox + "?$select=subject" : inbox, all, isRich: isRich
            )
            if number < 24 {
                want(Place(kind: .drive, path: "users/\(user)/drive"), "users/\(user)/drive/root", .updated)
                let list = try await caller.send(.POST, "users/\(user)/todo/lists", #"{"displayName":"Month"}"#)
                let tasks = "users/\(user)/todo/lists/\(list)/tasks"
                want(Place(kind: .tasks, path: tasks), tasks, all)
            }
            if number < 8 {
                want(Place(kind: .mailbox, path: "users/\(user)/messages"), "users/\(user)/messages", all)
            }
        }
        for number in 0..<40 {
            let group = try await caller.send(
                .POST, "groups",
                #"{"displayName":"Group \#(number)","mailEnabled":true,"mailNickname":"g\#(number)","securityEnabled":false,"#
                    + #""groupTypes":["Unified"]}"#
            )
            want(Place(kind: .groups, path: "groups/\(group)", items: [group]), "groups/\(group)", [.updated, .deleted])
            try await caller.send(.POST, "groups/\(group)/team", "{}")
            let channel = try await caller.send(.POST, "teams/\(group)/channels", #"{"displayName":"Offers"}"#)
            let channelMessages = "teams/\(group)/channels/\(channel)/messages"
            want(Place(kind: .channel, path: channelMessages), channelMessages, all)
            let members = [users[number], users[(number + 1) % users.count]].map { user in
                ##"{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"##
                    + ##""user@odata.bind":"https://graph.microsoft.com/v1.0/users('\##(user)')"}"##
            }
            let chat = try await caller.send(
                .POST, "chats", #"{"chatType":"group","topic":"Rota","members":[\#(members.joined(separator: ","))]}"#)
            want(
                Place(kind: .chat, path: "chats/\(chat)/messages"), "chats/\(chat)/messages", all,
                isRich: number.isMultiple(of: 10))
        }
        for (number, entry) in wanted.enumerated() {
            self.subscribe(entry.place, entry.resource, entry.types, isRich: entry.isRich, number)
        }
        self.subscribeToAll()
        // The same places again, for some of what happens there.
        let again: [ChangeTypes] = [.created, .deleted, [.updated, .deleted], [.created, .updated]]
        for types in again {
            for entry in wanted where self.requests.count < count && !entry.isRich && self.places[entry.place].kind.isExact {
                self.subscribe(entry.place, entry.resource, types, isRich: false, self.requests.count)
            }
        }
    }

    private mutating func subscribe(_ place: Int, _ resource: String, _ types: ChangeTypes, isRich: Bool, _ number: Int) {
        let name = "s\(self.requests.count)"
        // Twelve hours to three days, as far as all kinds allow it.
        let hours = isRich ? 20 : 12 + number * 7 % 59
        self.requests.append(
            SubscriptionRequest(
                name: name, resource: resource, changeTypes: types, lifetime: .seconds(hours * 3600),
                includesResourceData: isRich
            )
        )
        self.places[place].subscriptions.append(name)
        // A mailbox has its folders in it.
        guard self.places[place].kind == .mailbox else { return }
        let folder = self.places[place].path.replacing("/messages", with: "/mailFolders/inbox/messages")
        for index in self.places.indices where self.places[index].path == folder { self.places[index].subscriptions.append(name) }
    }

    /// Subscribes to all users, all groups and all chats.
    private mutating func subscribeToAll() {
        for (kind, resource, types) in [
            (Place.Kind.users, "users", [.updated, .deleted]), (.groups, "groups", [.updated, .deleted]),
            (.chat, "chats/getAllMessages", [.created, .updated, .deleted]),
        ] as [(Place.Kind, String, ChangeTypes)] {
            let name = "s\(self.requests.count)"
            self.requests.append(
                SubscriptionRequest(name: name, resource: resource, changeTypes: types, lifetime: .seconds(48 * 3600)))
            for index in self.places.indices where self.places[index].kind == kind {
                self.places[index].subscriptions.append(name)
            }
        }
    }

    /// The kind of resource a subscription is to.
    func kind(of subscription: String) -> Place.Kind? {
        (self.places.first { $0.subscriptions.first == subscription }
            ?? self.places.first { $0.subscriptions.contains(subscription) })?.kind
    }

    // MARK: - What happens

    /// Lets something happen in a place.
    ///
    /// - Parameter touched: What has changed already at this moment: it does not twice, so that moments can be told apart.
    /// - Returns: What happened to which thing; `nil` if there is nothing that it could happen to.
    mutating func happen(
        in place: Int, _ type: ChangeTypes, touched: inout Set<String>, choose: (Int) -> Int
    ) async throws -> (item: String, type: ChangeTypes)? {
        self.lastNumber += 1
        let (path, kind, number) = (self.places[place].path, self.places[place].kind, self.lastNumber)
        guard type != .created else {
            let id = try await self.create(at: path, kind, number)
            self.places[place].items.append(id)
            touched.insert(id)
            return (id, .created)
        }
        let candidates = self.places[place].items.filter { !touched.contains($0) }
        guard !candidates.isEmpty else { return nil }
        let id = candidates[choose(candidates.count)]
        touched.insert(id)
        if type == .updated {
            try await self.update(id, at: path, kind, number)
        } else {
            try await self.delete(id, at: path, kind)
            self.places[place].items.removeAll { $0 == id }
        }
        return (id, type)
    }

    private func create(at path: String, _ kind: Place.Kind, _ number: Int) async throws -> String {
        switch kind {
        case .folder, .mailbox: try await self.caller.send(.POST, path, #"{"subject":"\#(number)"}"#)
        case .events:
            try await self.caller.send(
                .POST, path,
                #"{"subject":"\#(number)","start":{"dateTime":"2026-12-28T10:00:00","timeZone":"UTC"},"#
                    + #""end":{"dateTime":"2026-12-28T11:00:00","timeZone":"UTC"}}"#
            )
        case .contacts: try await self.caller.send(.POST, path, #"{"givenName":"\#(number)"}"#)
        case .tasks: try await self.caller.send(.POST, path, #"{"title":"\#(number)"}"#)
        case .chat, .channel: try await self.caller.send(.POST, path, #"{"body":{"content":"\#(number)"}}"#)
        case .drive: try await self.caller.send(.PUT, "\(path)/root:/\(number).txt:/content", "x")
        case .users, .groups: ""
        }
    }

    private func update(_ id: String, at path: String, _ kind: Place.Kind, _ number: Int) async throws {
        switch kind {
        case .folder, .mailbox, .events: try await self.caller.send(.PATCH, "\(path)/\(id)", #"{"subject":"u\#(number)"}"#)
        case .contacts: try await self.caller.send(.PATCH, "\(path)/\(id)", #"{"givenName":"u\#(number)"}"#)
        case .tasks: try await self.caller.send(.PATCH, "\(path)/\(id)", #"{"title":"u\#(number)"}"#)
        case .chat, .channel: try await self.caller.send(.PATCH, "\(path)/\(id)", #"{"body":{"content":"u\#(number)"}}"#)
        case .drive: try await self.caller.send(.PUT, "\(path)/items/\(id)/content", "u\(number)")
        case .users: try await self.caller.send(.PATCH, path, #"{"jobTitle":"u\#(number)"}"#)
        case .groups: try await self.caller.send(.PATCH, path, #"{"description":"u\#(number)"}"#)
        }
    }

    private func delete(_ id: String, at path: String, _ kind: Place.Kind) async throws {
        if kind == .chat {
            try await self.caller.send(.POST, "\(path)/\(id)/softDelete")
        } else {
            try await self.caller.send(.DELETE, "\(path)/\(id)")
        }
    }
}
