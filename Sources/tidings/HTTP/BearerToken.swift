import HTTPTypes
import Hummingbird
import HummingbirdCore

extension Request {
    /// The token in the `Authorization` header.
    var bearerToken: String? {
        guard let value = self.headers[.authorization], value.prefix(7).lowercased() == "bearer " else { return nil }
        return String(value.dropFirst(7).drop { $0 == " " })
    }

    /// The same, or the query parameter `access_token`: browsers cannot set headers for an event stream.
    var clientToken: String? {
        self.bearerToken ?? self.uri.queryParameters["access_token"].map(String.init)
    }
}
