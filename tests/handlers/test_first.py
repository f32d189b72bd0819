from editorial.delivery import Sent
from tests.builders import *
def test_walk(world):
    world.happens(suggested(31, attachments=[a_photo()]))
    print(world.card(1).text, list(world.card(1).buttons), world.card(1).attachments)
    print(world.letters(AUTHOR))
    print(world.press(1,"В очередь")); print(world.card(1).text, list(world.card(1).buttons)); print(world.letters(AUTHOR))
    world.later(hours=1,minutes=30)
    print(world.wall(Sent({"post_id":77})))
    print(world.card(1).text, world.letters(AUTHOR))
    print(world.journal(1))
    assert 0
