/// Somebody with a mail address.
struct MailAddress: Sendable, Equatable {
    var name: String
    var address: String

    var json: JSONObject {
        var address = JSONObject()
        address.set("name", self.name)
        address.set("address", self.address)
        var object = JSONObject()
        object.set("emailAddress", address)
        return object
    }
}
