/// Who calls Graph: an application, in the name of nobody but itself.
struct Caller: Sendable, Equatable {
    var applicationID: String
    var tenantID: String
}
