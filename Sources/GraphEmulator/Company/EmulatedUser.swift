/// Somebody with a mailbox.
public struct EmulatedUser: Sendable, Equatable {
    /// The object id: a GUID in lower case.
    public var id: String
    /// What people see, for example `Anna Berg`.
    public var displayName: String
    /// The name to sign in with, which is also the mail address.
    public var userPrincipalName: String
    /// Whether this is a Global Administrator.
    public var isAdministrator: Bool

    public init(id: String, displayName: String, userPrincipalName: String, isAdministrator: Bool = false) {
        self.id = id
        self.displayName = displayName
        self.userPrincipalName = userPrincipalName
        self.isAdministrator = isAdministrator
    }

    /// Whether `key`, taken from a path, means this user: the id or the principal name, in any case.
    func matches(_ key: String) -> Bool {
        let key = key.lowercased()
        return key == self.id.lowercased() || key == self.userPrincipalName.lowercased()
    }

    /// As the user resource of Graph.
    var json: JSONObject {
        let names = self.displayName.split(separator: " ")
        var object = JSONObject()
        object.set("businessPhones", [String]())
        object.set("displayName", self.displayName)
        object.set("givenName", names.count > 1 ? String(names[0]) : nil)
        object.set("jobTitle", nil)
        object.set("mail", self.userPrincipalName)
        object.set("mobilePhone", nil)
        object.set("officeLocation", nil)
        object.set("preferredLanguage", nil)
        object.set("surname", names.count > 1 ? names.dropFirst().joined(separator: " ") : nil)
        object.set("userPrincipalName", self.userPrincipalName)
        object.set("id", self.id)
        return object
    }
}
