/// The page where a user types the code of a device and says who they are. No password is asked for.
enum DeviceLoginPage {
    static func text(for users: [EmulatedUser]) -> String {
        let choices = users.map { "<option value=\"\(Self.escaped($0.id))\">\(Self.escaped($0.userPrincipalName))</option>" }
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <title>Sign in on a device</title>
            <h1>Sign in on a device</h1>
            <form method="post">
            <p><label>Code <input name="user_code" autocomplete="off" required autofocus></label></p>
            <p><label>User <select name="user">\(choices.joined())</select></label></p>
            <p><button name="decision" value="approve">Sign in</button> <button name="decision" value="decline">Decline</button></p>
            </form>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
