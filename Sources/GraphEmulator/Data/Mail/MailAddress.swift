/// Somebody with a mail address.
struct MailAddress: Sendable, Equatable {
    var name: String
    var address: String

    init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Reads a recipient; who has no name is called by the address.
    init(_ recipient: JSONMembers) {
        let address = recipient["emailAddress"]?.object?["address"]?.string ?? ""
        self.init(name: recipient["emailAddress"]?.object?["name"]?.string ?? address, address: address)
    }

    /// As a recipient of Graph.
    var json: JSONValue { ["emailAddress": ["name": .string(self.name), "address": .string(self.address)]] }
}
