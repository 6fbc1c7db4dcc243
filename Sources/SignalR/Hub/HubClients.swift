/// Chooses whom to send to.
///
/// A connection gets a message once, however many of the chosen groups or users it belongs to. Names that nobody has are
/// passed over.
public struct HubClients: Sendable {
    let lifetime: any HubLifetimeManager

    /// Everybody.
    public var all: ClientProxy { self.proxy(.all()) }

    /// Everybody but some connections.
    public func allExcept(_ connectionIDs: [String]) -> ClientProxy { self.proxy(.all(except: connectionIDs)) }

    /// One connection.
    public func client(_ connectionID: String) -> ClientProxy { self.proxy(.connections([connectionID])) }

    /// Several connections.
    public func clients(_ connectionIDs: [String]) -> ClientProxy { self.proxy(.connections(connectionIDs)) }

    /// The members of a group. Upper and lower case matter.
    public func group(_ name: String) -> ClientProxy { self.proxy(.groups([name])) }

    /// The members of a group but some connections.
    public func group(_ name: String, except connectionIDs: [String]) -> ClientProxy {
        self.proxy(.groups([name], except: connectionIDs))
    }

    /// The members of several groups.
    public func groups(_ names: [String]) -> ClientProxy { self.proxy(.groups(names)) }

    /// All connections of a user.
    public func user(_ id: String) -> ClientProxy { self.proxy(.users([id])) }

    /// All connections of several users.
    public func users(_ ids: [String]) -> ClientProxy { self.proxy(.users(ids)) }

    private func proxy(_ target: HubTarget) -> ClientProxy { ClientProxy(lifetime: self.lifetime, target: target) }
}

/// Chooses whom to send to from within a call: also the caller, and everybody else.
public struct HubCallerClients: Sendable {
    private let clients: HubClients
    private let callerID: String

    init(lifetime: any HubLifetimeManager, callerID: String) {
        self.clients = HubClients(lifetime: lifetime)
        self.callerID = callerID
    }

    /// The connection that called.
    public var caller: ClientProxy { self.clients.client(self.callerID) }

    /// Everybody but the connection that called.
    public var others: ClientProxy { self.clients.allExcept([self.callerID]) }

    /// The members of a group but the connection that called.
    public func othersInGroup(_ name: String) -> ClientProxy { self.clients.group(name, except: [self.callerID]) }

    /// Everybody.
    public var all: ClientProxy { self.clients.all }

    /// Everybody but some connections.
    public func allExcept(_ connectionIDs: [String]) -> ClientProxy { self.clients.allExcept(connectionIDs) }

    /// One connection.
    public func client(_ connectionID: String) -> ClientProxy { self.clients.client(connectionID) }

    /// Several connections.
    public func clients(_ connectionIDs: [String]) -> ClientProxy { self.clients.clients(connectionIDs) }

    /// The members of a group. Upper and lower case matter.
    public func group(_ name: String) -> ClientProxy { self.clients.group(name) }

    /// The members of a group but some connections.
    public func group(_ name: String, except connectionIDs: [String]) -> ClientProxy {
        self.clients.group(name, except: connectionIDs)
    }

    /// The members of several groups.
    public func groups(_ names: [String]) -> ClientProxy { self.clients.groups(names) }

    /// All connections of a user.
    public func user(_ id: String) -> ClientProxy { self.clients.user(id) }

    /// All connections of several users.
    public func users(_ ids: [String]) -> ClientProxy { self.clients.users(ids) }
}
