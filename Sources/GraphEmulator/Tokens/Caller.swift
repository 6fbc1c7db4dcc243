/// Who calls Graph: an application, for itself or in the name of a user.
struct Caller: Sendable, Equatable {
    var applicationID: String
    var tenantID: String
    /// In whose name it calls; `nil` in its own.
    var userID: String?
}
