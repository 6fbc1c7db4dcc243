/// Who calls Graph: an application, in the name of nobody but itself.
struct Caller: Sendable, Equatable {
    var applicationID: String
    var tenantID: String
    /// When the token expires by which it is known, in milliseconds since 1970.
    var tokenExpiresAt = Int64.max
}
